package download_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/state/download"
)

// A hostile storage host writes nothing under a final name or elsewhere, and
// the user is told why.
func TestHostileStorage(t *testing.T) {
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", to); w.WriteHeader(302) }
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   error
		words  string
	}{
		"a file of this machine": {redirect("file:///etc/passwd"), download.ErrUnsafe, "from https to file"},
		"plain http":             {redirect("http://storage.example/a"), download.ErrUnsafe, "from https to http"},
		"metadata":               {redirect("https://169.254.169.254/latest/meta-data"), download.ErrUnsafe, "169.254.169.254"},
		"metadata, IPv6":         {redirect("https://[fd00:ec2::254]/latest"), download.ErrUnsafe, "private network"},
		"mapped metadata":        {redirect("https://[::ffff:169.254.169.254]/"), download.ErrUnsafe, "private network"},
		"loopback":               {redirect("https://127.0.0.1/a"), download.ErrUnsafe, "private network"},
		"localhost":              {redirect("https://localhost:8443/a"), download.ErrUnsafe, "private network"},
		"nowhere":                {redirect("https://0.0.0.0/a"), download.ErrUnsafe, "private network"},
		"a user name":            {redirect("https://me:secret@storage.example/a"), download.ErrUnsafe, "user name"},
		"for ever":               {redirect("https://storage.example/out?sig=secret"), download.ErrUnsafe, "more than 5 times"},
		"an absurd length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9223372036854775807")
		}, download.ErrContent, "announces 9.2 EB"},
		"more than is wanted": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000001")
		}, download.ErrContent, "more than the 1.0 MB"},
		"no end": {func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = w.Write(sound(1, 100_000))
			}
		}, download.ErrContent, "without an end"},
		"compressed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b"))
		}, download.ErrContent, "compressed"},
		"nothing":       {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "0") }, download.ErrContent, "empty"},
		"no content":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, download.ErrServer, "204"},
		"a part":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(206); _, _ = w.Write(sound(1, 1000)) }, download.ErrServer, "206"},
		"words":         {redirect("\x1b]0;evil\x07://x"), download.ErrServer, ""},
		"an odd scheme": {redirect("javascript:alert(1)"), download.ErrUnsafe, "to javascript"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, "https://storage.example/out?sig=secret")
				d.Most = 1_000_000
				asked := answering(d, c.answer)
				_, err := d.save()
				wants(t, err, c.kind, c.words)
				if strings.ContainsAny(err.Error(), "\x1b\x07") {
					t.Errorf("%q controls a terminal", err)
				}
				d.folder()
				for _, r := range *asked {
					if r.URL.Host != "storage.example" || r.Header.Get("Referer") != "" {
						t.Errorf("asked %s, from %q", r.URL, r.Header.Get("Referer"))
					}
				}
			})
		})
	}
}

// A body without an end is left, and nothing of it stays.
func TestEndless(t *testing.T) {
	left := make(chan struct{})
	s := newStore(t, 1000)
	s.answer = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		defer close(left)
		for data := sound(1, 100_000); r.Context().Err() == nil; {
			if _, err := w.Write(data); err != nil {
				break
			}
		}
		return true
	}
	d := newDesk(t, s.url)
	d.Most = 5_000_000
	_, err := d.save()
	wants(t, err, download.ErrContent, "sends more than the 5.0 MB that are saved, without an end")
	d.folder()
	<-left
}

// answering makes a desk's client get its answers from a function, without a
// network. It returns the requests.
func answering(d *desk, answer http.HandlerFunc) *[]*http.Request {
	var asked []*http.Request
	d.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r)
		w := httptest.NewRecorder()
		answer(w, r)
		res := w.Result()
		res.Request = r
		return res, nil
	})}
	return &asked
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A server is waited for as long as it asks, and the user is told.
func TestWaitsAsAsked(t *testing.T) {
	date := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC) // the server's clock is wrong
	for name, c := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"seconds":   {map[string]string{"Retry-After": "20"}, 20 * time.Second},
		"a date":    {map[string]string{"Retry-After": date.Add(40 * time.Second).Format(http.TimeFormat), "Date": date.Format(http.TimeFormat)}, 40 * time.Second},
		"the past":  {map[string]string{"Retry-After": date.Format(http.TimeFormat), "Date": date.Add(time.Hour).Format(http.TimeFormat)}, time.Second},
		"below 0":   {map[string]string{"Retry-After": "-5"}, time.Second},
		"nothing":   {nil, time.Second},
		"nonsense":  {map[string]string{"Retry-After": "soon"}, time.Second},
		"ten of 60": {map[string]string{"Retry-After": "60"}, time.Minute},
	} {
		for _, status := range []int{429, 503} {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, "https://storage.example/out?sig=secret")
				d.Patience = download.Patience{}
				n := 0
				answering(d, func(w http.ResponseWriter, _ *http.Request) {
					if n++; n > 1 {
						_, _ = w.Write(sound(1, 1000))
						return
					}
					for k, v := range c.header {
						w.Header().Set(k, v)
					}
					w.WriteHeader(status)
				})
				var told []download.Progress
				d.Progress = func(p download.Progress) { told = append(told, p) }
				began := time.Now()
				if _, err := d.save(); err != nil {
					t.Fatal(name, err)
				}
				if got := time.Since(began); got != c.want {
					t.Errorf("%s: waited %s, want %s", name, got, c.want)
				}
				if told[1].Words == "" || !told[1].Until.Equal(began.Add(c.want)) {
					t.Errorf("%s: told %+v", name, told[1])
				}
			})
		}
	}
}

// The usual patience: half a minute for a silent server, five minutes in all.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "https://storage.example/out?sig=secret")
		d.Patience = download.Patience{}
		n := 0
		d.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			n++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		began := time.Now()
		_, err := d.save()
		wants(t, err, download.ErrServer, "storage.example sent nothing for 30 s", "given up after 5 minutes")
		if got := time.Since(began); got > 6*time.Minute || got < 4*time.Minute || n < 5 {
			t.Errorf("%d attempts in %s", n, got)
		}
	})
}

// One of many who save the same file gets the name. The others are told, and
// nobody is overwritten.
func TestOneAtATime(t *testing.T) {
	s := newStore(t, 400_000)
	d := newDesk(t, s.url)
	var all sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		all.Go(func() { _, results[i] = d.save() })
	}
	all.Wait()
	saved := 0
	for _, err := range results {
		switch {
		case err == nil:
			saved++
		case strings.Contains(err.Error(), "by another dubtop"):
			wants(t, err, download.ErrBusy)
		default:
			wants(t, err, download.ErrExists)
		}
	}
	if n := len(s.requests()); saved != 1 || n != 1 {
		t.Errorf("saved %d times with %d requests: %v", saved, n, results)
	}
	d.folder("a.wav")
}

// From this machine, a link leads to this machine only.
func TestFromLoopback(t *testing.T) {
	other := newStore(t, 100_000)
	s := newStore(t, 100_000)
	to := other.url
	s.answer = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, to, http.StatusFound)
		return true
	}
	d := newDesk(t, s.url)
	d.saved(other.data)
	to = "http://93.184.216.34/a"
	d.Path += "2.wav"
	_, err := d.save()
	wants(t, err, download.ErrUnsafe, "from this machine")
}

// A link into a private network is not followed, whatever its name.
func TestPrivateNetwork(t *testing.T) {
	s := newStore(t, 1000)
	d := newDesk(t, s.url)
	d.Client = newClient(t, "https://api.sync.so", "").Files()
	_, err := d.save()
	wants(t, err, download.ErrUnsafe, "private network")
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	d.folder()
}

// A link that can't be used is not followed.
func TestBadLinks(t *testing.T) {
	for link, words := range map[string]string{
		"": "no link", "ftp://x.example/a": "not a web link", "http://x.example/a": "not encrypted", "https://u:secret@x.example/a": "user name",
	} {
		d := newDesk(t, link)
		_, err := d.save()
		wants(t, err, download.ErrLink, words)
		d.folder()
	}
}
