package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
)

const putRoute = "PUT /uploads/{ticket}/{file}"

// film is a file of that many bytes.
func film(n int) []byte { return bytes.Repeat([]byte("film"), n/4) }

// ticketFor asks for a place for a file.
func ticketFor(t *testing.T, c *api.Client, size int) api.Ticket {
	t.Helper()
	ticket, err := c.CreateUpload(t.Context(), api.NewFile{Name: "talk_10s.mp4", Type: "video/mp4", Size: int64(size)})
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func put(ctx context.Context, c *api.Client, at api.Ticket, file []byte, sent func(int64)) error {
	return c.Put(ctx, at.Put, "video/mp4", bytes.NewReader(file), int64(len(file)), sent)
}

func register(t *testing.T, c *api.Client, at api.Ticket) (api.Asset, error) {
	t.Helper()
	link, err := at.URL.Link()
	if err != nil {
		t.Fatal(err)
	}
	return c.CreateAsset(t.Context(), api.NewAsset{URL: link, Type: "VIDEO", Name: "talk_10s.mp4", Visibility: "USER"})
}

// current runs a test against the API of autumn 2026.
func current(t *testing.T, test func(*testing.T, *api.Client, *simulator.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, s := account(t, simulator.Options{Profile: simulator.Current})
		test(t, c, s)
	})
}

func TestFileBecomesAnAsset(t *testing.T) {
	current(t, func(t *testing.T, c *api.Client, s *simulator.Server) {
		file := film(1 << 20)
		at := ticketFor(t, c, len(file))
		if at.Valid != time.Hour {
			t.Errorf("the ticket is valid for %s", at.Valid)
		}
		if _, err := register(t, c, at); !api.IsCode(err, "uploaded_file_not_found") {
			t.Errorf("before the file: %v", err)
		}
		var last int64
		if err := put(t.Context(), c, at, file, func(n int64) { last = n }); err != nil || last != int64(len(file)) {
			t.Fatalf("%v after %d bytes", err, last)
		}
		made, err := register(t, c, at)
		if err != nil || made.Size != int64(len(file)) || made.Visibility != "USER" || made.URL != at.URL {
			t.Fatalf("%+v, %v", made, err)
		}
		if found, ok, err := c.FindAsset(t.Context(), "talk_10s.mp4", at.URL); err != nil || !ok || found.ID != made.ID {
			t.Errorf("found %+v, %v, %v", found, ok, err)
		}
		if _, ok, err := c.FindAsset(t.Context(), "talk_10s.mp4", api.ParseURL("https://x.example/y")); err != nil || ok {
			t.Errorf("found another: %v, %v", ok, err)
		}
		sum := sha256.Sum256(file)
		if got := s.Uploads()[0]; !got.Whole || got.Puts != 1 || got.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("the storage has %+v", got)
		}
		for _, r := range s.Requests() {
			if r.Origin == "storage" && r.Key {
				t.Error("the key was sent to the storage")
			}
		}
		if c.Uploads() != api.Supported {
			t.Error("the client did not learn that the server takes uploads")
		}
	})
}

func TestStorageRefusesTheKey(t *testing.T) {
	current(t, func(t *testing.T, c *api.Client, s *simulator.Server) {
		at := ticketFor(t, c, 8)
		s.ExpireUploads()
		err := put(t.Context(), c, at, film(8), nil)
		if e, ok := errors.AsType[*api.PutError](err); !ok || e.Status != 403 || !e.Expired() || !strings.Contains(e.Error(), "Request has expired") {
			t.Errorf("expired: %v", err)
		}
		s.Fault(putRoute, simulator.Fault{Redirect: s.StorageURL() + "/media/a.mp4", Status: 307, Times: 1})
		if e, ok := errors.AsType[*api.PutError](put(t.Context(), c, at, film(8), nil)); !ok || e.Status != 307 {
			t.Errorf("redirect: %v", e)
		}
	})
}

func TestUploadThatBreaksKeepsNothing(t *testing.T) {
	current(t, func(t *testing.T, c *api.Client, s *simulator.Server) {
		file := film(1 << 20)
		at := ticketFor(t, c, len(file))
		s.Fault(putRoute, simulator.Fault{BreakBody: 300_000, Times: 1})
		var sent int64
		if err := put(t.Context(), c, at, file, func(n int64) { sent = n }); err == nil || sent >= int64(len(file)) {
			t.Errorf("%v after %d bytes", err, sent)
		}
		if _, err := register(t, c, at); !api.IsCode(err, "uploaded_file_not_found") {
			t.Error(err)
		}
		short := io.MultiReader(bytes.NewReader(file[:1000]))
		if err := c.Put(t.Context(), at.Put, "video/mp4", short, int64(len(file)), nil); err == nil || !strings.Contains(err.Error(), "shorter") {
			t.Errorf("a file that became shorter: %v", err)
		}
		s.Fault(putRoute, simulator.Fault{BodyRate: 100_000, Times: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := put(ctx, c, at, file, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled: %v", err)
		}
		if err := put(t.Context(), c, at, file, nil); err != nil {
			t.Error(err)
		}
		if got := s.Uploads()[0]; got.Puts != 1 || !got.Whole {
			t.Errorf("the storage has %+v", got)
		}
	})
}

func TestServersWithoutUploadsAreNoticedOnce(t *testing.T) {
	for _, profile := range []simulator.Profile{simulator.Seed, simulator.Strict} {
		synctest.Test(t, func(t *testing.T) {
			c, s := account(t, simulator.Options{Profile: profile})
			if c.Uploads() != api.SupportUnknown {
				t.Error("known before any answer")
			}
			if got, err := c.AskUploads(t.Context()); got != api.Unsupported || err != nil {
				t.Errorf("%v, %v", got, err)
			}
			if _, err := c.CreateUpload(t.Context(), api.NewFile{Name: "a.mp4", Type: "video/mp4", Size: 1}); !errors.Is(err, api.ErrUnsupported) {
				t.Error(err)
			}
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
			time.Sleep(time.Hour)
			if c.Uploads() != api.SupportUnknown {
				t.Error("it is not asked again after an upgrade")
			}
		})
	}
	current(t, func(t *testing.T, c *api.Client, s *simulator.Server) {
		s.Fault("*", simulator.Fault{Status: 503, Times: 1})
		if got, err := c.AskUploads(t.Context()); got != api.SupportUnknown || err == nil {
			t.Errorf("in an outage: %v, %v", got, err)
		}
		if got, err := c.AskUploads(t.Context()); got != api.Supported || err != nil {
			t.Errorf("%v, %v", got, err)
		}
		if len(s.Uploads()) != 0 {
			t.Error("asking made a ticket")
		}
		if _, err := c.CreateUpload(t.Context(), api.NewFile{Name: "a.mp4", Type: "video/mp4", Size: 6 << 30}); !api.IsCode(err, "file_size_exceeds_plan_limit") {
			t.Error(err)
		}
	})
}

// Tickets have a limit of their own, which no minute exceeds.
func TestTicketsKeepToTheirLimit(t *testing.T) {
	current(t, func(t *testing.T, c *api.Client, s *simulator.Server) {
		for range 300 {
			ticketFor(t, c, 4)
		}
		if got := s.Traffic(); got.Refused > 0 {
			t.Errorf("%+v", got)
		}
	})
}
