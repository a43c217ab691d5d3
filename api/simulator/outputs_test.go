package simulator

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// finished returns an account with one output, its bytes and its link.
func finished(t *testing.T, o Options) (a *account, link string, whole []byte) {
	t.Helper()
	o.Reliable = true
	a = open(t, o)
	id := a.post("/v2/generate", talk()).id()
	time.Sleep(time.Hour)
	link, _ = a.get("/v2/generate/" + id).object()["outputUrl"].(string)
	link = a.get(link).header.Get("Location")
	return a, link, a.get(link).body
}

// An output is as large as wanted, and the same at every place and time.
func TestOutputSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 300_000
		a, link, whole := finished(t, Options{OutputSize: size})
		if n := len(whole); n < size/50 || n > size {
			t.Errorf("it has %d bytes", n)
		}
		tag := a.get(link).header.Get("ETag")
		for _, from := range []int{0, 1, 5000, 100_000, len(whole) - 1} {
			got := a.do("GET", link, map[string]string{"Range": fmt.Sprintf("bytes=%d-", from), "If-Range": tag}, nil)
			if got.status != 206 || !bytes.Equal(got.body, whole[from:]) {
				t.Errorf("from %d: %d with %d bytes", from, got.status, len(got.body))
			}
		}
	})
}

// Each fault of a storage does what it says.
func TestStorageFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		want  func(r *reply, whole []byte, err error, took time.Duration) bool
	}{
		{"truncate", Fault{Truncate: 1000}, func(r *reply, whole []byte, err error, _ time.Duration) bool {
			return err == io.ErrUnexpectedEOF && bytes.Equal(r.body, whole[5:1005])
		}},
		{"silent", Fault{Silent: 1000}, func(r *reply, whole []byte, err error, took time.Duration) bool {
			return err != nil && bytes.Equal(r.body, whole[5:1005]) && took == time.Minute
		}},
		{"rate", Fault{Rate: 10_000}, func(r *reply, whole []byte, err error, took time.Duration) bool {
			want := time.Duration(len(whole)-5) * time.Second / 10_000
			return err == nil && len(r.body) == len(whole)-5 && (took-want).Abs() < time.Second
		}},
		{"longer", Fault{Announce: 7}, func(r *reply, whole []byte, _ error, _ time.Duration) bool {
			return r.header.Get("Content-Length") == strconv.Itoa(len(whole)+2)
		}},
		{"shorter", Fault{Announce: -7}, func(r *reply, whole []byte, _ error, _ time.Duration) bool {
			return r.header.Get("Content-Length") == strconv.Itoa(len(whole)-12)
		}},
		{"no range", Fault{IgnoreRange: true}, func(r *reply, whole []byte, _ error, _ time.Duration) bool {
			return r.status == 200 && bytes.Equal(r.body, whole)
		}},
		{"another tag", Fault{NewETag: true}, func(r *reply, whole []byte, _ error, _ time.Duration) bool {
			return r.status == 200 && bytes.Equal(r.body, whole)
		}},
		{"none", Fault{}, func(r *reply, whole []byte, _ error, _ time.Duration) bool {
			return r.status == 206 && bytes.Equal(r.body, whole[5:])
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, link, whole := finished(t, Options{OutputSize: 100_000})
			tag := a.get(link).header.Get("ETag")
			c.fault.Times = 1
			a.Fault(routeOutput, c.fault)
			began := time.Now()
			var got *reply
			var err error
			if c.fault.Silent > 0 {
				got, err = a.sendFor(time.Minute, link, map[string]string{"Range": "bytes=5-", "If-Range": tag})
			} else {
				got, err = a.send("GET", link, map[string]string{"Range": "bytes=5-", "If-Range": tag}, nil)
			}
			if !c.want(got, whole, err, time.Since(began)) {
				t.Errorf("%s: %d with %d bytes of %d after %s, %v", c.name, got.status, len(got.body), len(whole), time.Since(began), err)
			}
		})
	}
}

// A storage that is not to be relied on fails in every way, now and then.
func TestFlaky(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, link, whole := finished(t, Options{})
		a.opts.Flaky = 0.5
		saw := make(map[string]int)
		for range 400 {
			got, err := a.sendFor(time.Minute, link, nil)
			switch {
			case err != nil:
				saw["broken"]++
			case got.status != 200:
				saw[strconv.Itoa(got.status)]++
			case bytes.Equal(got.body, whole):
				saw["whole"]++
			}
		}
		for _, kind := range []string{"broken", "403", "503", "whole"} {
			if saw[kind] < 10 {
				t.Errorf("saw %v", saw)
			}
		}
		if strings.Count(fmt.Sprint(saw), ":") > 5 {
			t.Errorf("saw %v", saw)
		}
	})
}
