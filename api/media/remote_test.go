package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api/media/remote"
)

// wire is a transport that calls a handler without a socket.
type wire struct {
	handler  http.Handler
	requests []*http.Request
	sent     int64 // bytes of bodies that the client read
}

// RoundTrip returns the handler's answer. It trusts the handler's
// Content-Length, as a real connection would.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests = append(w.requests, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := recorder.Result()
	response.Request = r
	response.Body = &counted{response.Body, &w.sent}
	return response, nil
}

type counted struct {
	io.ReadCloser
	n *int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	*c.n += int64(n)
	return n, err
}

const link = "https://cdn.example.com/take.mp4?signature=secret"

func clientOf(w *wire) *http.Client { return &http.Client{Transport: w} }

// remoteFrom measures a file behind a handler.
func remoteFrom(ctx context.Context, handler http.HandlerFunc, want Kind) (Info, *wire, error) {
	w := &wire{handler: handler}
	info, err := Remote(ctx, clientOf(w), link, want)
	return info, w, err
}

// ranged serves a file with ranges, as most servers do.
func ranged(file []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "take.mp4", time.Time{}, bytes.NewReader(file))
	}
}

// whole serves a file without ranges.
func whole(file []byte, sayLength bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if sayLength {
			w.Header().Set("Content-Length", strconv.Itoa(len(file)))
		}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(file)
	}
}

const mega = 1 << 20

func TestRemoteReadsLittle(t *testing.T) {
	tests := []struct {
		name     string
		file     []byte
		seconds  float64
		requests int
		read     int64 // KiB at most
	}{
		{"mp4 with its description first", mp4Sample("isom", 3*mega), 12.5, 1, 64},
		{"mp4 with its description last", mp4MoovLast(3 * mega), 12.5, 2, 192},
		{"wav", wavSample(100), 100, 1, 64},
		{"webm", webmLong(60), 59.04, 2, 144},
		{"mp3 of a constant bitrate", mp3Constant(4_000), 4_000 * 1152.0 / 44_100, 5, 320},
		{"mp3 of a variable bitrate, counted", mp3Noted(4_000), (4_000*1152.0 - decoderDelay) / 44_100, 2, 192},
		{"opus", opusSample(90, 60_000), 90, 4, 320},
		{"a small file", wavSample(1), 1, 1, 64},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info, w, err := remoteFrom(t.Context(), ranged(test.file), Unknown)
			if err != nil || math.Abs(info.Seconds-test.seconds) > info.Within+1e-9 || info.Size != int64(len(test.file)) {
				t.Errorf("%+v, %v; want %v s", info, err, test.seconds)
			}
			if len(w.requests) > test.requests || w.sent > test.read<<10 {
				t.Errorf("%d requests for %d bytes; want at most %d and %d KiB", len(w.requests), w.sent, test.requests, test.read)
			}
		})
	}
}

func TestRemoteWithoutRanges(t *testing.T) {
	for _, sayLength := range []bool{true, false} {
		info, w, err := remoteFrom(t.Context(), whole(mp4Sample("isom", 2*mega), sayLength), Unknown)
		if err != nil || info.Seconds != 12.5 || len(w.requests) != 1 || w.sent > MaxRemote {
			t.Errorf("length said %t: %+v, %v, %d bytes in %d requests", sayLength, info, err, w.sent, len(w.requests))
		}
		info, _, err = remoteFrom(t.Context(), whole(mp4MoovLast(mega/2), sayLength), Unknown)
		if err != nil || info.Seconds != 12.5 {
			t.Errorf("length said %t, description within reach: %+v, %v", sayLength, info, err)
		}
		_, w, err = remoteFrom(t.Context(), whole(mp4MoovLast(2*mega), sayLength), Unknown)
		if !errors.Is(err, ErrTooFar) || w.sent > MaxRemote {
			t.Errorf("length said %t, description out of reach: %v after %d bytes", sayLength, err, w.sent)
		}
	}
}

func TestRemoteNeverReadsMoreThanItsLimit(t *testing.T) {
	info, w, err := remoteFrom(t.Context(), ranged(mp3Variable(8_000)), Unknown)
	if off := math.Abs(info.Seconds - 8_000*1152/44_100.0); err != nil || info.Within == 0 || off > info.Within {
		t.Errorf("4 MB of frames that must be counted: %v s within %v, %v", info.Seconds, info.Within, err)
	}
	if w.sent > MaxRemote {
		t.Errorf("%d bytes were read", w.sent)
	}
}

func TestRemoteSendsNothingOfOurs(t *testing.T) {
	_, w, err := remoteFrom(t.Context(), ranged(mp4MoovLast(2*mega)), Unknown)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.requests {
		names := slices.Sorted(maps.Keys(r.Header))
		if !slices.Equal(names, []string{"Accept-Encoding", "Range"}) || r.Method != http.MethodGet {
			t.Errorf("%s with the headers %v", r.Method, names)
		}
	}
}

func TestRemoteSaysWhatIsWrong(t *testing.T) {
	answer := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		words   string
	}{
		{"forbidden", answer(403, "<Error>"), "cdn.example.com answers 403 Forbidden; the link is private or has expired"},
		{"signature ran out", answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"), "cdn.example.com answers 403 Forbidden: the signed link has expired; make a new one"},
		{"token ran out", answer(400, "<Error><Code>ExpiredToken</Code></Error>"), "the signed link has expired"},
		{"signature not in its time", answer(403, "<AuthenticationErrorDetail>Signature not valid in the specified time frame: Start"), "the signed link has expired"},
		{"not found", answer(404, ""), "cdn.example.com answers 404 Not Found; check the link"},
		{"broken", answer(503, ""), "try again later"},
		{"odd", answer(418, ""), "cannot be read"},
		{"a login page", answer(200, string(longPage())), "web page"},
		{"words", answer(200, "hello"), "neither a picture nor sound"},
		{"nothing", answer(200, ""), "empty"},
		{"nothing, by range", answer(416, ""), "empty"},
	}
	for _, test := range tests {
		_, _, err := remoteFrom(t.Context(), test.handler, Unknown)
		if err == nil || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q and no secret", test.name, err, test.words)
		}
	}
}

func TestRemoteIsNotFooledByLies(t *testing.T) {
	file := mp4MoovLast(2 * mega)
	part := func(w http.ResponseWriter, from, total int64, body []byte) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, from+int64(len(body))-1, total))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(body)
	}
	requested := func(r *http.Request) (from int64) {
		_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		return from
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    error
	}{
		{"a file that is shorter than said", func(w http.ResponseWriter, r *http.Request) {
			if requested(r) > 0 {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			part(w, 0, 9*mega, file[:remote.ChunkSize])
		}, ErrDamaged},
		{"parts that are shorter than asked for", func(w http.ResponseWriter, r *http.Request) {
			part(w, requested(r), int64(len(file)), file[:10])
		}, ErrDamaged},
		{"parts that have no bytes", func(w http.ResponseWriter, r *http.Request) {
			part(w, requested(r), int64(len(file)), nil)
		}, ErrDamaged},
		{"another part than asked for", func(w http.ResponseWriter, _ *http.Request) {
			part(w, 0, int64(len(file)), file[:remote.ChunkSize])
		}, nil},
		{"the whole file after a part", func(w http.ResponseWriter, r *http.Request) {
			if requested(r) > 0 {
				w.WriteHeader(http.StatusOK)
				return
			}
			part(w, 0, int64(len(file)), file[:remote.ChunkSize])
		}, nil},
		{"more bytes than asked for", func(w http.ResponseWriter, r *http.Request) {
			from := requested(r)
			part(w, from, int64(len(file)), join(file[from:min(from+remote.ChunkSize, int64(len(file)))], zeros(3*mega)))
		}, errNone},
		{"a range without a total", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-65535/*")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(mp4Sample("isom", remote.ChunkSize)[:remote.ChunkSize])
		}, errNone},
	}
	for _, test := range tests {
		_, w, err := remoteFrom(t.Context(), test.handler, Unknown)
		switch {
		case test.want == errNone && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want != errNone && (err == nil || test.want != nil && !errors.Is(err, test.want)):
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if w.sent > MaxRemote || len(w.requests) > 16 {
			t.Errorf("%s: %d bytes in %d requests", test.name, w.sent, len(w.requests))
		}
	}
}

// errNone stands for success, because nil stands for any error.
var errNone = errors.New("no error")

func TestRemoteNamesTheRedirectedHost(t *testing.T) {
	_, w, err := remoteFrom(t.Context(), func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "cdn.example.com" {
			http.Redirect(w, r, "https://login.example.org/", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}, Unknown)
	var status *StatusError
	if !errors.As(err, &status) || status.Host != "login.example.org" || status.Code != 403 {
		t.Errorf("Remote: %v", err)
	}
	if referer := w.requests[1].Referer(); referer != "" {
		t.Errorf("the other host was told %q", referer)
	}
}

func TestRemoteRedirectLoop(t *testing.T) {
	_, _, err := remoteFrom(t.Context(), func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}, Unknown)
	if err == nil || !strings.Contains(err.Error(), "loop") {
		t.Errorf("Remote: %v", err)
	}
}

func TestRemoteRefusesInvalidLinks(t *testing.T) {
	for _, link := range []string{"", "take.mp4", "file:///etc/passwd", "https://", "ftp://example.com/a.mp4", "https://%zz"} {
		if _, err := Remote(t.Context(), &http.Client{Transport: &wire{}}, link, Unknown); err == nil {
			t.Errorf("%q was taken", link)
		}
	}
}

// refusing is an unreachable network.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

func TestRemoteUnreachable(t *testing.T) {
	_, err := Remote(t.Context(), &http.Client{Transport: refusing{}}, "https://cdn.example.com/a.mp4?signature=secret", Unknown)
	if err == nil || err.Error() != "cdn.example.com cannot be reached: connection refused" {
		t.Errorf("Remote: %v", err)
	}
}

func TestRemoteCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		start := time.Now()
		_, _, err := remoteFrom(ctx, func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Hour):
			}
		}, Unknown)
		if !errors.Is(err, context.Canceled) || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
