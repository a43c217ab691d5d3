package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/download"
	"dubtop/state/durable"
	"dubtop/state/journal"
	"dubtop/state/output"
)

// linkAge is how long a link is used without asking for a new one.
const linkAge = 10 * time.Minute

// saveRun saves one file. It never changes anything at the server.
type saveRun struct {
	client  *api.Client
	journal *journal.Journal
	keeper  fileSaver
	how     Saving
	want    output.Want
	job     output.Job
	shared  *sharing

	path     string
	length   time.Duration
	link     api.URL
	linkTime time.Time
}

// saveEnd is how an attempt ended.
type saveEnd struct {
	file   output.File
	path   string
	none   bool // the job has no such file
	broken bool // the journal could not be told why it failed
	err    error
}

// do makes one attempt. The journal knows before that it is made, and how it
// ended, unless the process dies.
func (r *saveRun) do(ctx context.Context) saveEnd {
	w, err := r.journal.ClaimFile(ctx, r.want)
	if err != nil {
		return saveEnd{err: err}
	}
	r.path = w.Path
	file, none, err := r.fetch(ctx)
	end := saveEnd{file: file, path: r.path, none: none, err: err}
	kept := context.WithoutCancel(ctx)
	switch {
	case none:
		end.err = r.journal.DropFiles(kept, []output.Want{r.want})
	case errors.Is(err, context.Canceled), errors.Is(err, download.ErrBusy):
		end.broken = r.journal.LeaveFile(kept, r.want, r.path, "") != nil
	case err != nil:
		end.broken = r.journal.LeaveFile(kept, r.want, r.path, string(text.Of(err.Error()))) != nil
	}
	return end
}

// folderMode lets the user's umask decide who may look into a new folder.
const folderMode = 0o777

// mostNames is how often another name is tried, because somebody else takes
// each as it is found.
const mostNames = 20

// fetch saves the file, under another name if a stranger's file has this one.
func (r *saveRun) fetch(ctx context.Context) (file output.File, none bool, err error) {
	job, err := r.client.Generation(ctx, api.ID(r.want.Job), api.GenerationDetails{})
	if err != nil {
		return file, false, err
	}
	if r.job.Model == "" { // it is in no list
		row := state.NewGeneration(job)
		r.job.Name, r.job.Model = bare(string(row.Name)), row.Model
		r.job.Stem = r.job.Name
	}
	if r.want.Kind == output.Request {
		file, err = r.saveRequest(ctx, &job)
		return file, false, err
	}
	if r.link, err = r.linkIn(ctx, &job); err != nil || r.link.IsZero() {
		if err == nil && r.want.Kind == output.Output {
			err = errors.New("the job has no output to save")
		}
		return file, err == nil, err
	}
	r.linkTime = time.Now()
	r.length = r.lengthOf(&job)
	ext := r.want.Kind.Ext(string(r.link.Base()))
	r.path = strings.TrimSuffix(r.path, filepath.Ext(r.path)) + "." + ext
	file, err = r.underFreeName(ctx, ext, download.ErrExists, func() (file output.File, err error) {
		_, err = r.keeper.Save(ctx, download.Request{
			Path: r.path, Mark: r.want.Job + "/" + string(r.want.Kind), Link: r.linkNow, Kind: r.kind(), Length: r.length,
			Progress: r.shared.tell,
			Record: func(f download.File) error {
				file, err = r.record(ctx, f)
				return err
			},
		})
		return file, err
	})
	return file, false, err
}

// underFreeName saves a file, and again under another name while taken says that
// a stranger's file has this one.
func (r *saveRun) underFreeName(ctx context.Context, ext string, taken error, save func() (output.File, error)) (file output.File, err error) {
	for range mostNames {
		if file, err = save(); !errors.Is(err, taken) {
			return file, err
		}
		n := namer{journal: r.journal, how: r.how, job: r.job, want: r.want}
		here := false
		if r.path, here, err = n.free(ctx, ext); err != nil || here {
			return n.known, err
		}
	}
	return file, err
}

// kind is the kind of the file.
func (r *saveRun) kind() media.Kind {
	if r.want.Kind == output.Audio {
		return media.Audio
	}
	return media.Video
}

// lengthOf is how long the file should last, 0 if unknown.
func (r *saveRun) lengthOf(job *api.Generation) time.Duration {
	if r.want.Kind != output.Output {
		return 0
	}
	return time.Duration(float64(job.OutputDuration) * float64(time.Second))
}

// linkIn is the link to the file in an answer, zero if there is none.
func (r *saveRun) linkIn(ctx context.Context, job *api.Generation) (api.URL, error) {
	switch r.want.Kind {
	case output.Segment:
		return job.SegmentOutput, nil
	case output.Audio:
		return job.SynthesizedAudio, nil
	}
	if job.Output.IsZero() && job.Status.Produced() {
		link, err := r.client.Download(ctx, job.ID)
		if errors.Is(err, api.ErrUnsupported) {
			return api.URL{}, nil
		}
		return link, err
	}
	return job.Output, nil
}

// linkNow returns a link that should work. A link is only asked for again if the
// last one is old or was refused: it never makes a job run again.
func (r *saveRun) linkNow(ctx context.Context, stale bool) (api.URL, error) {
	if !stale && time.Since(r.linkTime) < linkAge {
		return r.link, nil
	}
	job, err := r.client.Generation(ctx, api.ID(r.want.Job), api.GenerationDetails{})
	if err != nil {
		return api.URL{}, err
	}
	link, err := r.linkIn(ctx, &job)
	if err == nil && stale && link == r.link && r.want.Kind == output.Output {
		// The server still has only the refused link. It may have another way:
		// the key is shown to the API alone, which then names the storage.
		if other, err := r.client.Download(ctx, job.ID); err == nil {
			link = other
		}
	}
	if err == nil && link.IsZero() {
		err = errors.New("the server no longer has a link to the file")
	}
	if err == nil {
		r.link, r.linkTime = link, time.Now()
	}
	return link, err
}

// record notes a file that has its name: beside it, in the checksums, and at
// last in the journal.
func (r *saveRun) record(ctx context.Context, f download.File) (output.File, error) {
	file := output.File{
		Job: r.want.Job, Kind: r.want.Kind, Path: f.Path, Size: f.Size, SHA256: f.SHA256,
		At: time.Now().Round(0).UTC(), Mark: string(f.Differs),
	}
	if err := r.beside(&file); err != nil {
		return file, err
	}
	return file, r.journal.SaveFile(context.WithoutCancel(ctx), file)
}

// beside writes the sidecar and the checksum, as configured.
func (r *saveRun) beside(f *output.File) error {
	if r.how.Sidecar {
		s := sidecar{
			Dubtop: 1, Job: f.Job, Kind: f.Kind, Name: r.job.Name, Model: r.job.Model, Label: r.job.Label, Set: r.job.Set,
			Lang: r.job.Lang, Project: r.job.Project, Saved: f.At, Size: f.Size, SHA256: f.SHA256,
			Duration: r.length.Seconds(), Differs: f.Mark,
		}
		if !r.job.Made.IsZero() {
			made := r.job.Made.UTC()
			s.Created = &made
		}
		if err := s.write(f.Path); err != nil {
			return fmt.Errorf("its sidecar can't be written: %w", err)
		}
	}
	if r.how.Checksums {
		if err := addChecksum(f); err != nil {
			return fmt.Errorf("its checksum can't be written: %w", err)
		}
	}
	return nil
}

// checksumsName is the file that sha256sum -c reads.
const checksumsName = "SHA256SUMS"

// addChecksum adds a line to the checksums of the folder, unless it is there. One
// that tells something else about the file is from an earlier one of this name.
func addChecksum(f *output.File) (err error) {
	folder := filepath.Dir(f.Path)
	defer durable.LockFolder(folder)()
	line := durable.ChecksumLine(f.SHA256, filepath.Base(f.Path))
	sums := filepath.Join(folder, checksumsName)
	known, err := os.ReadFile(sums)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if bytes.HasPrefix(known, []byte(line)) || bytes.Contains(known, []byte("\n"+line)) {
		return nil
	}
	merged, replaced := durable.MergeChecksums(known, line)
	if replaced {
		return durable.Replace(sums, merged, readable)
	}
	out, err := os.OpenFile(sums, os.O_APPEND|os.O_CREATE|os.O_WRONLY, readable)
	if err != nil {
		return err
	}
	_, err = out.Write(merged[len(known):])
	return errors.Join(err, out.Sync(), out.Close())
}

// saveRequest writes the job as the API tells it.
func (r *saveRun) saveRequest(ctx context.Context, job *api.Generation) (output.File, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, job.Request(), "", "  "); err != nil {
		return output.File{}, fmt.Errorf("the server sent no readable request: %w", err)
	}
	b.WriteByte('\n')
	if err := os.MkdirAll(filepath.Dir(r.path), folderMode); err != nil {
		return output.File{}, err
	}
	return r.underFreeName(ctx, "json", fs.ErrExist, func() (output.File, error) {
		if err := durable.Create(r.path, b.Bytes(), readable); err != nil {
			return output.File{}, err
		}
		return r.record(ctx, download.File{Path: r.path, Size: int64(b.Len()), SHA256: fmt.Sprintf("%x", sha256.Sum256(b.Bytes()))})
	})
}
