package output_test

import (
	"path"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"dubtop/state/output"
)

// known keeps takes in memory.
type known map[string]output.Take // by slot

func (k known) Of(job, base string) (output.Take, bool, error) {
	for _, t := range k {
		if t.Job == job && t.Base == base {
			return t, true, nil
		}
	}
	return output.Take{}, false, nil
}

func (k known) Last(base string) (last int, err error) {
	for _, t := range k {
		if output.Key(t.Base) == output.Key(base) {
			last = max(last, t.Number)
		}
	}
	return last, nil
}

func (k known) Taken(slot string) (bool, error) { _, ok := k[output.Key(slot)]; return ok, nil }
func (k known) Give(t output.Take) error        { k[output.Key(t.Slot)] = t; return nil }

func job(id, name string) output.Job {
	return output.Job{
		ID: id, Name: name, Stem: "promo", Lang: "de", Label: "acme", Set: "autumn", Model: "sync-3", Project: "web",
		Made: time.Date(2026, 11, 30, 18, 4, 5, 0, time.UTC),
	}
}

func TestPathsComeFromATemplate(t *testing.T) {
	for _, c := range []struct {
		template, name string
		kind           output.Kind
		ext            string
		take           int
		want           string
	}{
		{"", "promo", output.Output, "mp4", 1, "acme/promo_sync-3.mp4"},
		{"", "promo", output.Output, "mov", 2, "acme/promo_sync-3_v2.mov"},
		{"", "promo", output.Segment, "mp4", 2, "acme/promo_sync-3_v2_segment.mp4"},
		{"", "promo", output.Audio, "wav", 1, "acme/promo_sync-3_audio.wav"},
		{"", "promo", output.Request, "json", 1, "acme/promo_sync-3_request.json"},
		{"{name}", "promo", output.Output, "mp4", 1, "promo.mp4"},
		{"{ext}/{name}", "promo", output.Output, "mp4", 1, "mp4/promo.mp4"},
		{"{name}_t{take}.{ext}", "promo", output.Output, "mp4", 3, "promo_t3.mp4"},
		{"{date} {time} {id8}.{ext}", "promo", output.Output, "mp4", 1, "2026-11-30 18-04-05 4b6b9c2a.mp4"},
		{"{name}.{ext}", "../../etc/passwd", output.Output, "mp4", 1, "etc-passwd.mp4"},
		{"{name}.{ext}", "-rf .", output.Output, "mp4", 1, "rf.mp4"},
		{"{name}.{ext}", "COM1", output.Output, "mp4", 1, "COM1_.mp4"},
		{"{name}.{ext}", "nul.tar", output.Output, "mp4", 1, "nul_.tar.mp4"},
		{"{name}.{ext}", "…", output.Output, "mp4", 1, "….mp4"},
		{"{name}.{ext}", "", output.Output, "mp4", 1, "4b6b9c2a.mp4"},
		{"{name}/{stem}.{ext}", "..", output.Output, "mp4", 1, "promo.mp4"},
		{"{name}.{ext}", "a\x00b\x1b[31m\u202egpj", output.Output, "mp4", 1, "a-b-[31mgpj.mp4"},
	} {
		if got := (output.Naming{Template: c.template}).Path(job("4b6b9c2a-77", c.name), c.take, c.kind, c.ext); got != c.want {
			t.Errorf("%s of %q: %q, want %q", c.template, c.name, got, c.want)
		}
	}
	strict := output.Naming{Strict: true}
	if got := strict.Path(job("4b6b", "Käse & Wein (1)"), 2, output.Output, "mp4"); got != "acme/Kase-Wein-1-sync-3_v2.mp4" {
		t.Errorf("strict: %q", got)
	}
}

func TestAnEmptyFieldLeavesNoGap(t *testing.T) {
	for template, want := range map[string]string{
		"a_{none}_b": "a_b", "{none}_b": "b", "a_{none}": "a", "a_{none}.x": "a.x", "{none}/a": "/a", "a {none}{none} b": "a b",
		"a-{none}/b": "a/b", "{none}": "", "a{none}b": "ab", "x/{none}_b": "x/b",
	} {
		if got := output.Fill(template, func(string) string { return "" }); got != want {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
}

func TestFaultsOfATemplateAreNamed(t *testing.T) {
	for template, want := range map[string]string{
		"": "", output.DefaultTemplate: "", "{nme}": "{nme} is not a field", "{name": "a brace", "/x/{name}": "must not begin",
		"../{name}": "must not leave", `{label}\{name}`: "separated by /", "{take}/{name}": "belongs into",
	} {
		if got := (output.Naming{Template: template}).Check(); (got == "") != (want == "") || !strings.HasPrefix(got, want) && !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
}

var (
	devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$`)
	strict  = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[a-z0-9]+)?$`)
)

// Whatever a job is called, its files have names that every file system takes,
// in the folder.
func TestNamesAreSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := func(what string) string {
			return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
				"", "..", "con", "nul.x", "a/b", `c:\d`, "-x", ".x", "e\u0301", "\u0301", strings.Repeat("ü", 150), "x ", "\u202ex", "COM¹",
			}), rapid.StringMatching(`[a-z._ -]{0,5}`)).Draw(t, what)
		}
		n := output.Naming{Strict: rapid.Bool().Draw(t, "strict"), Template: rapid.OneOf(
			rapid.StringMatching(`(\{(name|stem|label|take|id|id8|ext|date|lang)\}|[-_./: xé]|\.\.|con){0,8}`),
			rapid.SampledFrom([]string{"", "{label}/{name}_{model}.{ext}"})).Draw(t, "template")}
		j := output.Job{ID: word("id"), Name: word("name"), Stem: word("stem"), Lang: word("lang"), Label: word("label"), Model: word("model")}
		kind := rapid.SampledFrom(output.Kinds()).Draw(t, "kind")
		ext := kind.Ext(word("link"))
		p := n.Path(j, rapid.IntRange(1, 12000).Draw(t, "take"), kind, ext)
		if path.IsAbs(p) || path.Clean(p) != p || !strings.HasSuffix(p, "."+ext) || !norm.NFC.IsNormalString(p) || !utf8.ValidString(p) {
			t.Fatalf("path %q", p)
		}
		for part := range strings.SplitSeq(p, "/") {
			if part == "" || len(part) > 200 || strings.Trim(part, "-. ") != part || devices.MatchString(part) ||
				strings.ContainsAny(part, `\:*?"<>|`+"\x00\x1b\u202e") || n.Strict && !strict.MatchString(part) {
				t.Fatalf("part %q of %q", part, p)
			}
		}
	})
}

// Takes are given in the order in which the jobs were made, never twice, and
// stay.
func TestTakesAreGivenOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := output.Naming{Template: rapid.SampledFrom([]string{"{name}", "{label}/{name}_{take}.{ext}", "{name}_v{take}", strings.Repeat("x", 220) + "{take}"}).Draw(t, "template")}
		count := rapid.IntRange(1, 12).Draw(t, "jobs")
		var jobs []output.Job
		for i := range count {
			jobs = append(jobs, output.Job{
				ID:   string(rune('a' + i)),
				Name: rapid.SampledFrom([]string{"promo", "Promo", "promo_v2", "promo_v3", strings.Repeat("long", 60), strings.Repeat("long", 61)}).Draw(t, "name"),
				Made: time.Unix(int64(rapid.IntRange(0, 5).Draw(t, "made")), 0),
			})
		}
		k := known{}
		takes, err := output.Give(k, n, jobs)
		if err != nil {
			t.Fatal(err)
		}
		paths := map[string]bool{}
		for i, take := range takes {
			p := output.Key(n.Path(jobs[i], take.Number, output.Output, "mp4"))
			if paths[p] {
				t.Fatalf("%q twice", p)
			}
			paths[p] = true
			for o, other := range takes {
				if output.Key(take.Base) == output.Key(other.Base) && jobs[i].Made.Before(jobs[o].Made) && take.Number > other.Number {
					t.Fatalf("%v was made before %v: takes %d and %d", jobs[i], jobs[o], take.Number, other.Number)
				}
			}
		}
		again, err := output.Give(k, n, rapid.Permutation(jobs).Draw(t, "again"))
		if err != nil || len(again) != len(takes) || len(k) != len(takes) {
			t.Fatalf("again: %v, %d takes known", err, len(k))
		}
	})
}
