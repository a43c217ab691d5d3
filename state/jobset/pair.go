package jobset

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"dubtop/state/draft"
)

// Input is a media input: a file, a link or an asset.
type Input struct {
	Typed  string // as in a form field
	Name   string // the file's name with its extension, to pair by
	Folder string // its folder below the named one; "" for that itself
	Named  bool   // it was named itself, rather than found in a folder
}

// stem is the input's name without its extension.
func (in *Input) stem() string { return strings.TrimSuffix(in.Name, filepath.Ext(in.Name)) }

// language returns the language in the name of the input's folder or at the end
// of its own name.
func (in *Input) language() string {
	for dir := in.Folder; dir != "" && dir != "."; dir = filepath.Dir(dir) {
		if tag, ok := Language(filepath.Base(dir)); ok {
			return tag
		}
	}
	_, lang := splitLanguage(in.stem(), func(string) bool { return false })
	return lang
}

// same makes names comparable, because disks and systems differ in case and in
// how they store accents.
func same(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// Every makes a row from every video with every track.
func Every(videos, tracks []Input, like draft.Draft) (Set, error) {
	s := Set{Videos: len(videos), Tracks: len(tracks)}
	switch n := len(videos) * len(tracks); {
	case len(videos) == 0:
		return s, &Problem{Words: "no video was found"}
	case len(tracks) == 0:
		return s, &Problem{Words: "no audio was found: name a folder, files or links for it"}
	case n > MaxRows:
		return s, &Problem{Words: fmt.Sprintf("%d videos × %d tracks are %d jobs; a set takes %d", len(videos), len(tracks), n, MaxRows)}
	}
	for i := range videos {
		for k := range tracks {
			s.Rows = append(s.Rows, row(&videos[i], &tracks[k], tracks[k].language(), like))
		}
	}
	s.number()
	return s, nil
}

func row(video, track *Input, lang string, like draft.Draft) Row {
	r := Row{Lang: lang, Draft: like.Clone()}
	if video != nil {
		r.Stem, r.Draft.Visual = video.stem(), video.Typed
	}
	if track != nil {
		r.Draft.Audio = track.Typed
		if video == nil {
			r.Stem = track.stem()
		}
	}
	return r
}

// ByName makes a row from each track and the video of the same name. The
// language of a track may be in its folder's name (de/ep01.wav) or at the end
// of its own (ep01_de.wav). A file with no partner, or with several, becomes a
// row that says so.
func ByName(videos, tracks []Input, like draft.Draft) (Set, error) {
	if len(videos)+len(tracks) > MaxRows {
		return Set{}, &Problem{Words: fmt.Sprintf("there are %d files; a set takes %d", len(videos)+len(tracks), MaxRows)}
	}
	p := pairing{like: like, videos: map[string][]*Input{}, heard: map[string]bool{}, first: map[string]int{}}
	for i := range videos {
		stem := same(videos[i].stem())
		p.videos[stem] = append(p.videos[stem], &videos[i])
	}
	for i := range tracks {
		p.track(&tracks[i])
	}
	for i := range videos {
		if v := &videos[i]; !p.heard[same(v.stem())] {
			r := row(v, nil, "", like)
			r.Trouble = "no audio matches " + v.Name
			p.rows = append(p.rows, r)
		}
	}
	// Jobs of one video are together, in the order of its name.
	slices.SortStableFunc(p.rows, func(a, b Row) int {
		return cmp.Or(strings.Compare(same(a.Stem), same(b.Stem)), strings.Compare(a.Lang, b.Lang))
	})
	s := Set{Rows: p.rows, Videos: len(videos), Tracks: len(tracks), Notes: p.gaps()}
	for i := range s.Rows {
		if s.Rows[i].Trouble != "" {
			s.Left++
		}
	}
	s.number()
	return s, nil
}

// gaps names the languages that only some of the videos have.
func (p *pairing) gaps() (notes []string) {
	langs := map[string]map[string]bool{} // stems by language
	all := map[string]string{}
	for i := range p.rows {
		r := &p.rows[i]
		if r.Trouble != "" || r.Lang == "" {
			continue
		}
		if langs[r.Lang] == nil {
			langs[r.Lang] = map[string]bool{}
		}
		langs[r.Lang][same(r.Stem)], all[same(r.Stem)] = true, r.Stem
	}
	for _, lang := range slices.Sorted(maps.Keys(langs)) {
		var without []string
		for _, stem := range slices.Sorted(maps.Keys(all)) {
			if !langs[lang][stem] {
				without = append(without, all[stem])
			}
		}
		if len(without) > 0 {
			notes = append(notes, "no track in language "+lang+": "+few(without))
		}
	}
	return notes
}

// few lists a few of many names.
func few(names []string) string {
	const most = 6
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	return strings.Join(names, ", ")
}

// pairing is the state of ByName.
type pairing struct {
	like   draft.Draft
	videos map[string][]*Input // by stem
	heard  map[string]bool     // stems of videos with audio
	rows   []Row
	first  map[string]int // index of the row for a video and a language
}

func (p *pairing) track(track *Input) {
	stem, lang := track.stem(), track.language()
	if !p.known(stem) {
		if rest, tag := splitLanguage(stem, p.known); tag != "" {
			stem, lang = rest, tag
		}
	}
	found := p.videos[same(stem)]
	p.heard[same(stem)] = true
	switch len(found) {
	case 0:
		r := row(nil, track, lang, p.like)
		r.Stem, r.Trouble = stem, "no video matches "+track.Name
		p.rows = append(p.rows, r)
		return
	case 1:
	default:
		r := row(nil, track, lang, p.like)
		r.Trouble = fmt.Sprintf("%d videos match %s: %s", len(found), track.Name, names(found))
		p.rows = append(p.rows, r)
		return
	}
	r := row(found[0], track, lang, p.like)
	key := same(stem) + "\x00" + lang
	if n, twice := p.first[key]; twice {
		words := "two tracks for " + found[0].Name
		if lang != "" {
			words += " in " + lang
		}
		p.rows[n].Rival, r.Rival = words, words
		p.rows[n].Out, r.Out = true, true
	} else {
		p.first[key] = len(p.rows)
	}
	p.rows = append(p.rows, r)
}

// known reports whether there is a video with a name.
func (p *pairing) known(stem string) bool { return len(p.videos[same(stem)]) > 0 }

func names(inputs []*Input) string {
	all := make([]string, len(inputs))
	for i, in := range inputs {
		all[i] = filepath.Join(in.Folder, in.Name)
	}
	return few(all)
}
