package download

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/durable"
)

// Save saves a file under its name, and goes on with what an earlier Save has
// left. It returns when the file is complete, checked and on the disk, or with
// an error that says why not; the part is then kept for the next Save unless it
// is of no use.
func (d *Downloader) Save(ctx context.Context, r Request) (File, error) {
	if r.Path = filepath.Clean(r.Path); !filepath.IsAbs(r.Path) || r.Path == filepath.Dir(r.Path) {
		return File{}, because(ErrDisk, name(r.Path)+" is not the full name of a file")
	}
	p, err := openPart(r.Path, d.disk)
	if err != nil {
		return File{}, err
	}
	defer p.close()
	s := &saving{Request: r, d: d, part: p, patience: d.Patience.withDefaults()}
	s.Most = cmp.Or(s.Most, MaxSize)
	if _, err := os.Lstat(r.Path); err == nil {
		return s.existing(ctx)
	}
	if err := p.resume(ctx, r.Mark); err != nil {
		return File{}, err
	}
	if err := s.fetch(ctx); err != nil {
		if errors.Is(err, ErrContent) {
			p.discard()
		}
		return File{}, err
	}
	return s.finish()
}

// Discard removes the part of a file that nobody wants any more, and the
// leftovers of a crash beside a finished one. It returns [ErrBusy] if it is
// being saved.
func Discard(path string) error {
	_, err := os.Lstat(partName(path))
	_, none := os.Lstat(noteName(path))
	if err != nil && none != nil {
		return nil
	}
	p, err := openPart(filepath.Clean(path), disk{})
	if err != nil {
		return err
	}
	p.discard()
	p.close()
	return nil
}

// Sum returns the size and the SHA-256, in hexadecimal, of a local file.
func Sum(ctx context.Context, path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	s := newSums(nil)
	size, err = hashInto(ctx, s, f)
	return size, s.sha256(), err
}

// withDefaults fills in zero fields.
func (p Patience) withDefaults() Patience {
	p.Stall = cmp.Or(p.Stall, 30*time.Second)
	p.GiveUp = cmp.Or(p.GiveUp, 5*time.Minute)
	p.Asked = cmp.Or(p.Asked, 15*time.Minute)
	p.First = cmp.Or(p.First, time.Second)
	return p
}

// saving is one call of Save.
type saving struct {
	Request
	d        *Downloader
	part     *part
	patience Patience

	client *http.Client
	link   string
	host   string // being asked or waited for
	file   File   // as the checks found it
	trials trials
}

// existing judges a file that has the name already: it is the wanted one if the
// last Save ended just before its Record.
func (s *saving) existing(ctx context.Context) (File, error) {
	n := s.part.note
	other := because(ErrExists, name(s.Path)+" exists already and is not replaced")
	if n.SHA256 == "" || n.Mark != s.Mark {
		s.part.discard()
		return File{}, other
	}
	f, err := os.OpenFile(s.Path, os.O_RDONLY, 0)
	if err != nil {
		return File{}, other
	}
	defer f.Close()
	if err := durable.TryLock(f); err != nil { // another Save is about to record it
		return File{}, diskError(s.Path, err)
	}
	sum := newSums(nil)
	size, err := hashInto(ctx, sum, f)
	if err != nil {
		return File{}, err
	}
	if size != n.Size || sum.sha256() != n.SHA256 {
		s.part.discard()
		return File{}, other
	}
	if err := s.inspect(ctx, f, size); err != nil {
		return File{}, err
	}
	s.file.Kept = size
	return s.record(size, n.SHA256)
}

// finish publishes the complete and checked part.
func (s *saving) finish() (File, error) {
	if err := s.part.publish(); err != nil {
		if errors.Is(err, ErrExists) {
			s.part.discard()
		}
		return File{}, err
	}
	s.file.Kept = s.part.kept
	return s.record(s.part.size, s.part.note.SHA256)
}

// record tells the caller about a file that has its name.
func (s *saving) record(size int64, sum string) (File, error) {
	s.file.Path, s.file.Size, s.file.SHA256 = s.Path, size, sum
	s.part.disk.reach()
	if s.Record != nil {
		if err := s.Record(s.file); err != nil {
			return s.file, err
		}
	}
	s.part.forget()
	return s.file, nil
}

// fetch receives the missing bytes and checks the whole, as often as needed.
func (s *saving) fetch(ctx context.Context) error {
	s.trials = trials{patience: s.patience, last: time.Now()}
	s.tell("", time.Time{})
	for {
		err := s.attempt(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			if err = s.check(ctx); err == nil {
				return nil
			}
		}
		if err := s.recover(ctx, err); err != nil {
			return err
		}
	}
}

// setback is an attempt that failed in a way that another one may not.
type setback struct {
	words string
	kind  error         // the final error if nothing helps
	after time.Duration // how long the server asked to wait
	stale bool          // the link was refused
	again bool          // the file must be fetched from its beginning
	wrong bool          // the complete file was the wrong one
}

// Error returns the words.
func (s *setback) Error() string { return s.words }

// recover prepares for another attempt after err, or returns what Save fails
// with.
func (s *saving) recover(ctx context.Context, err error) error {
	b, ok := errors.AsType[*setback](err)
	if !ok {
		return err
	}
	if b.again || b.wrong {
		if err := s.part.restart(note{Mark: s.Mark, Total: -1}); err != nil {
			return err
		}
	}
	if b.stale {
		s.link = ""
	}
	wait, err := s.trials.failed(b, time.Now())
	if err != nil || wait == 0 {
		return err
	}
	s.tell(text.Of(b.words), time.Now().Add(wait))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// tell reports progress.
func (s *saving) tell(words text.Text, until time.Time) {
	if s.Progress != nil {
		s.Progress(Progress{Done: s.part.size, Total: s.part.note.Total, Words: words, Until: until})
	}
}

// follow asks for a link unless there is one.
func (s *saving) follow(ctx context.Context) error {
	if s.link != "" {
		return nil
	}
	link, err := s.Link(ctx, s.trials.stale > 0)
	if err != nil {
		return err
	}
	if s.link, err = link.Link(); err != nil {
		return because(ErrLink, err.Error())
	}
	return s.guard()
}

// guard returns the client restricted to where the link may lead.
func (s *saving) guard() error {
	r, err := http.NewRequest(http.MethodGet, s.link, http.NoBody)
	if err != nil {
		return because(ErrLink, "the link cannot be read")
	}
	s.host = r.URL.Host
	guarded := *s.d.Client
	guarded.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if err := checkRedirect(via[0].URL, next, len(via)); err != nil {
			return err
		}
		s.host = next.URL.Host // this host is waited for now
		if s.d.Client.CheckRedirect != nil {
			return s.d.Client.CheckRedirect(next, via)
		}
		return nil
	}
	s.client = &guarded
	return nil
}

// network turns the error of a request into a setback or a final error.
func (s *saving) network(ctx context.Context, err error) error {
	if own, ok := errors.AsType[*failure](err); ok {
		return own
	}
	if errors.Is(context.Cause(ctx), errStalled) {
		return &setback{words: fmt.Sprintf("%s sent nothing for %s", s.shownHost(), inWords(s.patience.Stall)), kind: ErrServer}
	}
	words, final := api.Reason(err, s.shownHost())
	if final {
		return &failure{ErrUnsafe, string(words), err}
	}
	return &setback{words: string(words), kind: ErrServer}
}

func (s *saving) shownHost() string { return string(text.Clean(s.host, 100)) }

// name returns the last part of a path for display.
func name(path string) string { return string(text.Of(filepath.Base(path))) }

// inWords formats a duration for a sentence.
func inWords(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.String()
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}
