package inputs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/journal"
)

// JobSources are the sources of a job set, as typed.
type JobSources struct {
	Videos   string // a list, or folders, patterns, files and links
	Tracks   string // the same without lists; "" if Videos has them
	Every    bool   // every video with every track, instead of by name
	Like     draft.Draft
	Template string                                // of output names; "" leaves them to the server
	Columns  *jobset.Columns                       // of a table, as chosen now; nil: as chosen earlier, or guessed
	Env      draft.CheckEnv                        // for the checks, which set Stat; Dir is the current folder if empty
	Asset    func(id string) (name string, _ bool) // names of known assets, to pair them
	Failed   map[api.ID]bool                       // jobs that made nothing, and may be made again

	chosen func(header string) (jobset.Columns, bool) // by the user, by the first line of a table
}

// Read reads the sources into rows, checks the rows, and marks those that
// repeat another row; [JobSources.MadeBefore] finds those that repeat a job. j
// may be nil. The error says what to type instead; if the columns of a table are
// at fault, the set has them.
func (s JobSources) Read(ctx context.Context, j *journal.Journal) (jobset.Set, error) {
	s = s.here()
	chosen, err := s.chosenColumns(ctx, j)
	if err != nil {
		return jobset.Set{}, err
	}
	s.chosen = chosen
	set, err := s.rows()
	if err != nil {
		return jobset.Set{Columns: set.Columns}, err
	}
	set.Name(s.Template)
	set.MarkTwins(nil)
	for i := range set.Rows {
		s.Check(&set.Rows[i])
		if ctx.Err() != nil {
			return jobset.Set{}, ctx.Err()
		}
	}
	return set, nil
}

// here fills in the current folder.
func (s JobSources) here() JobSources {
	if s.Env.Dir == "" {
		s.Env.Dir, _ = os.Getwd() // without one, paths stay as typed
	}
	return s
}

// Check checks a row as the form would, reading its files.
func (s JobSources) Check(r *jobset.Row) {
	env := s.Env
	env.Stat = StatFile
	r.Fault = ""
	for _, p := range r.Draft.Problems(env) {
		if p.Blocks() {
			r.Fault = p.Words
			return
		}
	}
}

// rows reads the sources.
func (s JobSources) rows() (jobset.Set, error) {
	videos := s.entries(s.Videos)
	if len(videos) == 0 {
		return jobset.Set{}, errors.New("name a list, a folder, files or links")
	}
	if len(videos) == 1 {
		if read := s.listReader(videos[0]); read != nil {
			return s.list(videos[0], read)
		}
	}
	seen, err := s.inputs(videos)
	if err != nil {
		return jobset.Set{}, err
	}
	heard := seen
	if tracks := s.entries(s.Tracks); len(tracks) > 0 {
		if heard, err = s.inputs(tracks); err != nil {
			return jobset.Set{}, err
		}
	}
	v, a := s.kind(seen, "video"), s.kind(heard, "audio")
	if s.Every {
		return jobset.Every(v, a, s.Like)
	}
	if len(v) == 0 {
		return jobset.Set{}, errors.New("no video was found there")
	}
	if len(a) == 0 {
		return jobset.Set{}, errors.New("no audio was found: name a folder, files or links for it")
	}
	return jobset.ByName(v, a, s.Like)
}

// reader makes rows of a list in a file.
type reader func(raw []byte, dir, home string, like draft.Draft) (jobset.Set, error)

// listReader returns the reader for a list file, nil for other files.
func (s JobSources) listReader(path string) reader {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".tab":
		return s.table
	case ".jsonl", ".ndjson":
		return jobset.Lines
	}
	return nil
}

func (s JobSources) table(raw []byte, dir, home string, like draft.Draft) (jobset.Set, error) {
	return jobset.Table(raw, dir, home, like, s.chosen)
}

func (s JobSources) list(typed string, read reader) (jobset.Set, error) {
	if strings.TrimSpace(s.Tracks) != "" {
		return jobset.Set{}, errors.New("the list names the audio itself: leave the field for audio empty")
	}
	path, err := s.path(typed)
	if err != nil {
		return jobset.Set{}, err
	}
	raw, err := ReadFile(path, jobset.MaxBytes+1)
	if err != nil {
		return jobset.Set{}, errors.New(string(text.Words(err)))
	}
	return read(raw, filepath.Dir(path), s.Env.Home, s.Like)
}

// path returns the absolute path of the typed one.
func (s JobSources) path(typed string) (string, error) {
	path, err := draft.ParsePath(typed, s.Env.Home)
	if err == nil && !filepath.IsAbs(path) {
		path = filepath.Join(s.Env.Dir, path)
	}
	return path, err
}

// entries splits typed text into paths and links. An existing path may
// contain spaces.
func (s JobSources) entries(typed string) []string {
	typed = strings.TrimSpace(typed)
	if path, err := s.path(typed); err == nil {
		if _, err := os.Lstat(OnDisk(path)); err == nil {
			return []string{typed}
		}
	}
	return jobset.Entries(typed)
}

// inputs finds the files and links that entries name.
func (s JobSources) inputs(entries []string) (found []jobset.Input, err error) {
	for _, e := range entries {
		m, err := draft.ParseMedia(e, s.Env.Home)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", e, err)
		case m.Source == draft.SourceURL:
			found = append(found, jobset.Input{Typed: e, Name: string(m.Base()), Named: true})
			continue
		case m.Source == draft.SourceAsset:
			name, known := m.AssetID, false
			if s.Asset != nil {
				name, known = s.Asset(m.AssetID)
			}
			if !known {
				return nil, fmt.Errorf("%s: unknown asset", e)
			}
			found = append(found, jobset.Input{Typed: e, Name: name, Named: true})
			continue
		}
		more, err := s.files(e)
		if err != nil {
			return nil, err
		}
		if found = append(found, more...); len(found) > mostFiles {
			return nil, fmt.Errorf("there are more than %d files: choose a smaller folder", mostFiles)
		}
	}
	return found, nil
}

// mostFiles limits the files considered for one field.
const mostFiles = 4 * jobset.MaxRows

// files finds the files of a folder or a pattern, or the one file named.
func (s JobSources) files(typed string) ([]jobset.Input, error) {
	path, err := s.path(typed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", typed, err)
	}
	path = OnDisk(path)
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return inFolder(path)
	case err == nil:
		return []jobset.Input{{Typed: draft.TypedPath(path), Name: filepath.Base(path), Named: true}}, nil
	case !strings.ContainsAny(path, "*?["):
		return nil, errors.New(string(text.Words(err)))
	}
	names, err := filepath.Glob(path)
	if err != nil {
		return nil, fmt.Errorf("%s: the pattern is malformed", typed)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no file matches", typed)
	}
	var found []jobset.Input
	for _, n := range names {
		if info, err := os.Stat(n); err == nil && !info.IsDir() {
			found = append(found, jobset.Input{Typed: draft.TypedPath(n), Name: filepath.Base(n), Folder: filepath.Base(filepath.Dir(n))})
		}
	}
	return found, nil
}

// inFolder finds the files of a folder and its subfolders, sorted by name. It
// skips hidden files, such as those that macOS leaves on other disks.
func inFolder(root string) (found []jobset.Input, err error) {
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return nil
		case len(found) > mostFiles:
			return fs.SkipAll
		}
		folder, _ := filepath.Rel(root, filepath.Dir(path)) // both are absolute
		if folder == "." {
			folder = ""
		}
		found = append(found, jobset.Input{Typed: draft.TypedPath(path), Name: e.Name(), Folder: folder})
		return nil
	})
	if err != nil {
		return nil, errors.New(string(text.Words(err)))
	}
	return found, nil
}

// kind selects the inputs of a kind: video, with images for models that take
// them, or audio. An input that was named itself counts unless its name says
// otherwise.
func (s JobSources) kind(all []jobset.Input, kind string) (found []jobset.Input) {
	images := kind == "video" && draft.RulesFor(s.Like.Model).Image
	for _, in := range all {
		holds, err := s.holds(in)
		if err == nil && (holds == kind || holds == "image" && images || holds == "" && in.Named) {
			found = append(found, in)
		}
	}
	return found
}

// holds tells the kind of an input by its name or its asset; "" if neither does.
func (s JobSources) holds(in jobset.Input) (string, error) {
	m, err := draft.ParseMedia(in.Typed, s.Env.Home)
	if err == nil && m.Source == draft.SourceAsset && s.Env.Asset != nil {
		kind, _ := s.Env.Asset(m.AssetID)
		return strings.ToLower(kind), nil
	}
	return m.Holds(), err
}
