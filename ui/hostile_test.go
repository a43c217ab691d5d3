package ui_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui/uitest"
)

// poison changes the API's answers: spoil returns the replacement for every
// member of every object.
func poison(spoil func(name string, value any) any) func(http.RoundTripper) http.RoundTripper {
	return func(wire http.RoundTripper) http.RoundTripper {
		return trip(func(r *http.Request) (*http.Response, error) {
			answer, err := wire.RoundTrip(r)
			if err != nil {
				return answer, err
			}
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				return nil, err
			}
			body = poisoned(body, spoil)
			answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			answer.Header.Del("Content-Length")
			return answer, nil
		})
	}
}

// poisoned returns JSON or JSON Lines with its members replaced, and anything
// else unchanged.
func poisoned(body []byte, spoil func(name string, value any) any) []byte {
	var out bytes.Buffer
	in := json.NewDecoder(bytes.NewReader(body))
	for in.More() {
		var v any
		if in.Decode(&v) != nil {
			return body
		}
		spoilt, err := json.Marshal(walk("", v, spoil))
		if err != nil {
			return body
		}
		out.Write(append(spoilt, '\n'))
	}
	return out.Bytes()
}

func walk(name string, v any, spoil func(string, any) any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = walk(k, v[k], spoil)
		}
		return v
	case []any:
		for i := range v {
			v[i] = walk(name, v[i], spoil)
		}
		return v
	}
	return spoil(name, v)
}

// structural are the members without which nothing could be opened.
func structural(name string) bool {
	return slices.Contains([]string{"id", "status", "createdAt", "type", "outputUrl", "url", "nextCursor", "hasMore"}, name)
}

// tour visits every view, the details of its first rows, the results of a
// batch, the forms and the help.
func (s *story) tour() {
	s.Pass(8 * time.Second)
	for _, view := range []string{"1", "2", "3", "4"} {
		s.Press(view, "g")
		for _, row := range []string{"", "G"} {
			if row != "" {
				s.Press(row)
			}
			s.Press("enter")
			s.Pass(500 * time.Millisecond)
			s.Press("]", "]", "pgdown", "o", "y", "Y")
			s.Pass(500 * time.Millisecond)
			s.Press("esc", "esc")
		}
		s.Press("s", "s", "enter", "?", "esc", ":", "esc", "n")
		s.Pass(time.Second)
		s.Press("esc", "esc")
	}
	s.Press("1", "F", "/")
	s.Type("status:")
	s.Press("enter", "esc", "esc")
	for _, size := range [][2]int{{80, 24}, {200, 50}, {24, 7}, {100, 30}} {
		s.Resize(size[0], size[1])
	}
}

// clean fails if anything reached the terminal that is not part of our drawing.
func (s *story) clean() {
	s.t.Helper()
	for _, wrong := range uitest.Foreign(s.Raw(), "dubtop") {
		s.t.Errorf("on the terminal: %s", wrong)
	}
	if title := s.Title(); !strings.HasPrefix(title, "dubtop") || strings.ContainsAny(title, "\x1b\x07;") {
		s.t.Errorf("the title is %q", title)
	}
	for _, link := range s.opened {
		if !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://127.0.0.1:") {
			s.t.Errorf("opened %q", link)
		}
	}
	s.keyless()
}

func TestForeignBytesAreDetected(t *testing.T) {
	t.Parallel()
	for name, text := range uitest.Nasty() {
		if name != "wide" && name != "long" && name != "format" && name != "surplus" && len(uitest.Foreign([]byte(text), "dubtop")) == 0 {
			t.Errorf("%s is taken for our own drawing", name)
		}
	}
	if wrong := uitest.Foreign([]byte("\x1b[1;31m● running …\x1b[m\r\n\x1b]2;dubtop 3 running\a"), "dubtop"); len(wrong) > 0 {
		t.Errorf("our own drawing is foreign: %q", wrong)
	}
}

func hostile(seed uint64) simulator.Options {
	return simulator.Options{Profile: simulator.Current, Plan: simulator.Scale, Seed: seed, Generations: 12}
}

// dealt gives each member another one of some texts, so that one account
// contains them all. Each deal begins at a different text.
func dealt(texts []string, deal int) func() string {
	var n atomic.Int64 // several answers are changed at once
	n.Store(int64(deal))
	return func() string { return texts[int(n.Add(1))%len(texts)] }
}

func TestTextFromTheAPICannotControlTheTerminal(t *testing.T) {
	t.Parallel()
	for deal := range 3 {
		next := dealt(slices.Sorted(maps.Values(uitest.Nasty())), deal)
		spoil := func(member string, v any) any {
			if _, isText := v.(string); !isText || structural(member) {
				return v
			}
			return next()
		}
		tell(t, stage{account: hostile(uint64(deal)), through: poison(spoil), prepare: failing}, func(s *story) {
			s.tour()
			s.clean()
		})
	}
}

// failing gives an account a failed and a running job of its own.
func failing(a *simulator.Server) {
	a.Add(simulator.Job{Name: "broken", Status: "FAILED", ErrorCode: "generation_timeout", Error: "too long"})
	a.Add(simulator.Job{Name: "at_work", Status: "PROCESSING"})
}

func TestIDsStatusesAndLinksCannotControlTheTerminal(t *testing.T) {
	t.Parallel()
	for deal := range 3 {
		next := dealt(slices.Sorted(maps.Values(uitest.Nasty())), deal)
		spoil := func(_ string, v any) any {
			if original, isText := v.(string); isText {
				return next() + original
			}
			return v
		}
		tell(t, stage{account: hostile(uint64(deal)), through: poison(spoil), prepare: failing}, func(s *story) {
			s.tour()
			s.clean()
		})
	}
}

func TestAccountOfNullsIsDrawn(t *testing.T) {
	t.Parallel()
	for _, nothing := range []any{nil, "", 0.0, false, []any{}, map[string]any{}} {
		t.Run(fmt.Sprintf("%T", nothing), func(t *testing.T) {
			spoil := func(member string, v any) any {
				if member == "id" {
					return v
				}
				return nothing
			}
			tell(t, stage{account: hostile(3), through: poison(spoil), prepare: failing}, func(s *story) {
				s.tour()
				s.clean()
			})
		})
	}
}

func TestAbsurdNumbersAndDatesAreDrawn(t *testing.T) {
	t.Parallel()
	for _, absurd := range []struct {
		number any
		date   string
	}{
		{-1.0, "9999-12-31T23:59:59Z"},
		{1e308, "0001-01-01T00:00:00Z"},
		{-1e-300, "yesterday"},
		{9.2e18, "2027-11-20T18:30:00Z"},
		{"NaN", "-1"},
		{"12 apples", "292277026596-12-04T15:30:07Z"},
	} {
		t.Run(fmt.Sprint(absurd.number, absurd.date), func(t *testing.T) {
			spoil := func(member string, v any) any {
				if _, isNumber := v.(float64); isNumber {
					return absurd.number
				}
				if strings.HasSuffix(member, "At") {
					return absurd.date
				}
				return v
			}
			tell(t, stage{account: hostile(4), through: poison(spoil), prepare: failing}, func(s *story) {
				s.tour()
				s.clean()
			})
		})
	}
}

func TestUnknownStatusesAndModelsAreShownVerbatim(t *testing.T) {
	t.Parallel()
	spoil := func(member string, v any) any {
		switch member {
		case "status":
			return "TIMED_OUT"
		case "model":
			return "sync-9-ultra"
		}
		return v
	}
	tell(t, stage{account: hostile(5), through: poison(spoil)}, func(s *story) {
		s.Sees("? TIMED_OUT", "sync-9-ultra", "status unknown")
		s.tour()
		s.clean()
	})
}

func TestOnlyWebLinksAreOpened(t *testing.T) {
	t.Parallel()
	links := []string{
		"javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "--help", "ssh://host", "http://example.com/plain.mp4",
		"https://user:pass@example.com/x", " https://example.com", "https://exa\x1bmple.com/", "//example.com/x", "https:///x", "/etc/passwd",
	}
	for deal := range 4 {
		next := dealt(links, deal*3)
		spoil := func(member string, v any) any {
			if member == "url" || strings.HasSuffix(member, "Url") {
				return next()
			}
			return v
		}
		tell(t, stage{account: hostile(6), through: poison(spoil)}, func(s *story) {
			s.tour()
			s.clean()
			for _, opened := range s.opened {
				if !strings.HasPrefix(opened, "https://sync.so/") { // the vendor's page about models
					t.Errorf("opened %q", opened)
				}
			}
		})
	}
}

func TestTextOfTenMegabytes(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: hostile(7)}, func(s *story) {
		s.Pass(5 * time.Second)
		s.account.Add(simulator.Job{Name: strings.Repeat("long ", 2<<20)})
		s.Pass(20 * time.Second)
		s.Press("g", "enter")
		s.Pass(time.Second)
		s.Press("]", "]", "esc")
		s.clean()
		s.Sees("lipsync-2")
	})
}
