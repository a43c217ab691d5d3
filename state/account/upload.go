package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/tasks"
	"dubtop/state/upload"
)

// uploadRun is one attempt to make a local file an asset. It runs in the
// background.
type uploadRun struct {
	client     *api.Client
	journal    *journal.Journal
	contents   *inputs.Contents
	visibility string
	file       draft.File
	broken     bool // the last attempt of this process did not send all of the file
	sent       *atomic.Int64
}

// uploadEnd is how an attempt ended.
type uploadEnd struct {
	asset  string
	made   *api.Asset // if it was registered now
	broken bool       // see uploadRun.broken
	err    error
	final  bool // err lasts until the user has done something
}

// do makes the attempt.
func (r *uploadRun) do(ctx context.Context) uploadEnd {
	end := r.attempt(ctx)
	if ctx.Err() != nil && end.err != nil {
		end.err, end.final = ctx.Err(), false
	}
	return end
}

func (r *uploadRun) attempt(ctx context.Context) (end uploadEnd) {
	stamp, err := inputs.StampFile(r.file.Path)
	if err == nil && stamp != r.file.Stamp {
		err = r.contents.Unchanged(ctx, []draft.File{r.file})
	}
	if err != nil {
		return uploadEnd{err: err, final: true}
	}
	c := r.file.Content()
	known, err := r.journal.ClaimUpload(ctx, upload.Record{Content: c, Size: r.file.Size, Changed: time.Now()})
	if err != nil {
		return uploadEnd{err: err}
	}
	defer func() {
		_ = r.journal.ReleaseUpload(context.WithoutCancel(ctx), c) // the claim ends with the process anyway
	}()
	a := upload.Begin(known, stamp, r.broken)
	a.Name = cmp.Or(a.Name, filepath.Base(r.file.Path))
	return r.follow(ctx, a)
}

// follow does one step after the other, each saved before the next.
func (r *uploadRun) follow(ctx context.Context, a *upload.Attempt) (end uploadEnd) {
	for {
		step := a.Next(time.Now())
		if step == upload.StepDone {
			end.asset = a.Asset
			return end
		}
		if a.Over() {
			return uploadEnd{err: upload.ErrStorage, final: true}
		}
		failure := r.step(ctx, a, step, &end)
		if failure != nil && !errors.As(failure, new(fileChanged)) {
			return r.failed(end, failure)
		}
		a.Changed = time.Now()
		if err := r.journal.SaveUpload(context.WithoutCancel(ctx), a.Record); err != nil {
			return uploadEnd{err: err}
		}
		if failure != nil {
			return r.failed(end, failure)
		}
	}
}

// step does one step and takes in the answer.
func (r *uploadRun) step(ctx context.Context, a *upload.Attempt, step upload.Step, end *uploadEnd) error {
	switch step {
	case upload.StepCheck:
		return r.check(ctx, a)
	case upload.StepFind:
		found, ok, err := r.client.FindAsset(ctx, a.Name, api.ParseURL(a.URL))
		if err != nil {
			return err
		}
		if !ok {
			found = api.Asset{}
		}
		a.Found(string(found.ID), found.Size)
		return nil
	case upload.StepTicket:
		t, err := r.client.CreateUpload(ctx, api.NewFile{Name: a.Name, Type: api.MediaType(a.Name), Size: a.Size})
		if err != nil {
			return err
		}
		place, _ := t.URL.Link() // CreateUpload has checked both
		put, _ := t.Put.Link()
		a.Ordered(place, put, t.Valid, time.Now())
		return nil
	case upload.StepPut:
		return r.put(ctx, a, end)
	default:
		return r.register(ctx, a, end)
	}
}

// check reads the remembered asset.
func (r *uploadRun) check(ctx context.Context, a *upload.Attempt) error {
	x, err := r.client.Asset(ctx, api.ID(a.Asset))
	if tasks.AssetGone(err) {
		a.Checked(0, true)
		return nil
	}
	if err == nil {
		a.Checked(x.Size, false)
	}
	return err
}

// register makes the file in the storage an asset.
func (r *uploadRun) register(ctx context.Context, a *upload.Attempt, end *uploadEnd) error {
	made, err := r.client.CreateAsset(ctx, api.NewAsset{
		URL: a.URL, Type: strings.ToUpper(r.file.Field), Name: a.Name, Visibility: r.visibility,
	})
	if api.IsCode(err, "uploaded_file_not_found") {
		return a.Missing()
	}
	if err != nil {
		return err
	}
	if a.Became(string(made.ID), made.Size); a.Asset != "" {
		end.made = &made
	}
	return nil
}

// put sends the file and looks at it again afterwards: a file that changed on
// the way is not used.
func (r *uploadRun) put(ctx context.Context, a *upload.Attempt, end *uploadEnd) error {
	file, _, err := inputs.OpenFile(r.file.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := hashing{Hash: sha256.New(), r: file}
	r.sent.Store(0)
	err = r.client.Put(ctx, api.ParseURL(a.Put), api.MediaType(a.Name), &sum, a.Size, r.sent.Store)
	end.broken = err != nil && r.sent.Load() < a.Size
	if refused, ok := errors.AsType[*api.PutError](err); ok && refused.Expired() {
		end.broken = false
		if a.Expired() != nil {
			return refused
		}
		return nil
	}
	if err != nil {
		return err
	}
	now, err := inputs.StampFile(r.file.Path)
	if err != nil || now != a.Stamp || hex.EncodeToString(sum.Sum(nil)) != a.Content.SHA256 {
		a.Discard()
		return fileChanged{inputs.ChangedFile(r.file.Path)}
	}
	a.Delivered()
	return nil
}

// fileChanged is the error for a file that changed while it was sent. The
// storage's copy is never used.
type fileChanged struct{ error }

// hashing hashes a file while it is read.
type hashing struct {
	hash.Hash
	r io.Reader
}

func (h *hashing) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.Write(p[:n])
	return n, err
}

// failed judges the error that ended an attempt.
func (r *uploadRun) failed(end uploadEnd, err error) uploadEnd {
	end.err = err
	refused, isAPI := errors.AsType[*api.Error](err)
	storage, isStorage := errors.AsType[*api.PutError](err)
	switch {
	case errors.As(err, new(fileChanged)), errors.Is(err, upload.ErrStorage):
		end.final = true
	case isStorage:
		end.final = storage.Status < http.StatusInternalServerError && storage.Status != http.StatusTooManyRequests && storage.Status != http.StatusRequestTimeout
	case isAPI:
		end.final = refused.Kind == api.KindInvalid || refused.Kind == api.KindPayment || refused.Kind == api.KindNotFound
	case errors.Is(err, api.ErrUnsupported):
	default: // of the disk
		end.final = true
		end.err = fmt.Errorf("%s can't be read: %w", filepath.Base(r.file.Path), err)
	}
	return end
}
