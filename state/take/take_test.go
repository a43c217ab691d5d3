package take

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
)

// job is made from a video and a sound, given as JSON would.
func job(inputs ...api.Input) *api.Generation { return &api.Generation{Input: inputs} }

func link(kind, url string) api.Input {
	return api.Input{Type: text.Of(kind), URL: api.ParseURL(url)}
}

func TestTakesHaveTheSameVideoAndSound(t *testing.T) {
	video, audio := link("video", "https://a.test/v.mp4?sig=1&part=2"), link("audio", "https://a.test/a.wav?X-Amz-Signature=1")
	first := KeyOf(job(video, audio))
	if first <= 0 {
		t.Fatal("a job with a video and a sound has no key")
	}
	speech := api.Input{Type: "text", Provider: &api.Provider{Script: "hello", VoiceID: "v"}}
	for _, c := range []struct {
		name string
		g    *api.Generation
		same bool
	}{
		{"another signature", job(link("video", "https://a.test/v.mp4?part=2&sig=9"), link("audio", "https://a.test/a.wav?X-Amz-Signature=9")), true},
		{"another model and options", &api.Generation{Input: []api.Input{video, audio}, Model: "sync-3", Options: api.JSON(`{"a":1}`)}, true},
		{"a parameter that is no signature", job(link("video", "https://a.test/v.mp4?part=3&sig=1"), audio), false},
		{"another sound", job(video, link("audio", "https://a.test/b.wav")), false},
		{"more sounds", job(video, audio, link("audio", "https://a.test/b.wav")), false},
		{"the sound and the video exchanged", job(link("audio", "https://a.test/v.mp4?part=2"), link("video", "https://a.test/a.wav")), false},
		{"an asset", job(api.Input{Type: "video", AssetID: "a"}, audio), false},
		{"a script", job(video, speech), false},
		{"no sound", job(video), false},
		{"nothing", job(), false},
		{"a link that can't be used", job(video, link("audio", "javascript:1")), false},
		{"a script that is not told", job(video, api.Input{Type: "text"}), false},
	} {
		if got := KeyOf(c.g); (got == first) != c.same {
			t.Errorf("%s: %d, first %d", c.name, got, first)
		}
	}
	for _, unknown := range []*api.Generation{job(), job(video), job(audio), job(video, api.Input{Type: "text"}), job(link("video", "x"), audio)} {
		if k := KeyOf(unknown); k != 0 {
			t.Errorf("%+v has the key %d", unknown.Input, k)
		}
	}
	if a, b := dubbed("de"), dubbed("fr"); KeyOf(a) == 0 || KeyOf(a) == KeyOf(b) || KeyOf(a) != KeyOf(dubbed("de")) {
		t.Error("dubbing into another language is another take")
	}
}

// Journals keep keys, so a job must have the same one in every version.
func TestKeysStayTheSame(t *testing.T) {
	video, audio := link("video", "https://a.test/v.mp4?sig=1&part=2"), link("audio", "https://a.test/a.wav")
	speech := api.Input{Type: "text", Provider: &api.Provider{Script: "hello", VoiceID: "v"}}
	for want, g := range map[Key]*api.Generation{
		4047957090713796265: job(video, audio),
		1894407000462896031: job(api.Input{Type: "video", AssetID: "a"}, speech),
		4075152237491791033: dubbed("de"),
	} {
		if got := KeyOf(g); got != want {
			t.Errorf("%+v has the key %d, had %d", g.Input, got, want)
		}
	}
}

func dubbed(lang string) *api.Generation {
	g := job(link("video", "https://a.test/v.mp4"))
	g.DubParams = api.JSON(fmt.Sprintf(`{"targetLang":%q}`, lang))
	return g
}

// Stacks agree with a plain list, in whatever order jobs come, come again and
// go.
func TestStacksAreLikeAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Stacks
		var removals uint64
		keys, times := map[api.ID]Key{}, map[api.ID]int64{}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				n := rapid.IntRange(0, 30).Draw(t, "job")
				id := api.ID(fmt.Sprint("job", n))
				if keys[id] == 0 {
					keys[id], times[id] = Key(1+n%4), int64(n/5)
				}
				s.Add(keys[id], Job{id, times[id]})
			},
			"unknown": func(*rapid.T) { s.Add(0, Job{"x", 1}) },
			"remove": func(t *rapid.T) {
				delete(keys, api.ID(fmt.Sprint("job", rapid.IntRange(0, 30).Draw(t, "job"))))
				removals++
			},
			"": func(t *rapid.T) {
				for k := Key(0); k < 5; k++ {
					var want []Job
					for id, key := range keys {
						if key == k {
							want = append(want, Job{id, times[id]})
						}
					}
					if slices.SortFunc(want, order); len(want) < 2 {
						want = nil
					}
					got := s.Of(k, removals, func(id api.ID) bool { return keys[id] == k })
					if !slices.Equal(got, want) {
						t.Fatalf("stack %d is %v, want %v", k, got, want)
					}
					for i, j := range got {
						if at := Place(got, j.ID, j.At); at != i {
							t.Fatalf("%v is at %d, want %d", j, at, i)
						}
					}
				}
			},
		})
	})
}

func BenchmarkAdd100k(b *testing.B) {
	for b.Loop() {
		var s Stacks
		for n := range 100_000 {
			s.Add(Key(1+n/2), Job{"some-id", int64(-n)})
		}
	}
}

// A stack of all jobs, as hostile accounts have, that grows by one job at a time.
func BenchmarkLookAt100kInOneStack(b *testing.B) {
	var s Stacks
	for n := range 100_000 {
		s.Add(1, Job{api.ID(fmt.Sprint(n)), int64(n)})
	}
	n := 100_000
	for b.Loop() {
		n++
		s.Add(1, Job{api.ID(fmt.Sprint(n)), int64(n)})
		if len(s.Of(1, 0, func(api.ID) bool { return true })) == 0 {
			b.Fatal("empty")
		}
	}
}

func TestDifferencesCompareWhatMatters(t *testing.T) {
	left := Side{Facts: []Fact{{"model", "lipsync-2"}, {"cost", ""}, {"took", "1m"}}, Job: &api.Generation{
		Input:   []api.Input{link("video", "https://a.test/v.mp4?sig=1"), {Type: "audio", AssetID: "a"}, {Type: "audio", AssetID: "b"}},
		Options: api.JSON(`{"temperature":0.5,"sync_mode":"loop","x":null}`),
	}}
	right := Side{Facts: []Fact{{"model", "sync-3"}, {"cost", ""}, {"took", "1m"}, {"note", "late"}}, Job: &api.Generation{
		Input:    []api.Input{link("video", "https://a.test/v.mp4?sig=2"), {Type: "audio", AssetID: "a"}},
		Options:  api.JSON(`{"sync_mode":"loop","temperature":5e-1,"grade":{"b":1,"a":2}}`),
		Segments: api.JSON(`[{"startTime":1}]`),
	}}
	want := []Line{
		{"model", "lipsync-2", "sync-3", false},
		{"took", "1m", "1m", true},
		{"video", "https://a.test/v.mp4?sig=…", "https://a.test/v.mp4?sig=…", true},
		{"audio", "asset a", "asset a", true},
		{"audio 2", "asset b", "", false},
		{"sync_mode", "loop", "loop", true},
		{"temperature", "0.5", "0.5", true},
		{"note", "", "late", false},
		{"grade", "", `{"a":2,"b":1}`, false},
		{"segments", "", `[{"startTime":1}]`, false},
	}
	if got := Differences(left, right); !slices.Equal(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	named := func(api.ID) text.Text { return "take.wav" }
	left = Side{Job: &api.Generation{Input: []api.Input{{Type: "audio", AssetID: "a"}}}, Asset: named}
	right = Side{Job: &api.Generation{Input: []api.Input{{Type: "audio", AssetID: "b"}}}, Asset: named}
	if got := Differences(left, right); !slices.Equal(got, []Line{{"audio", "take.wav", "take.wav", false}}) {
		t.Errorf("two assets of one name: %+v", got)
	}
	if got := Differences(Side{}, Side{}); len(got) != 0 {
		t.Errorf("nothing differs as %v", got)
	}
}
