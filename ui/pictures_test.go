package ui_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"dubtop/ui"
	"dubtop/ui/uitest"
)

// fetched counts the images that are fetched.
type fetched struct {
	http.RoundTripper
	n, keys *atomic.Int64
}

func (f fetched) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/thumb_") {
		f.n.Add(1)
		if r.Header.Get("x-api-key") != "" {
			f.keys.Add(1)
		}
	}
	return f.RoundTripper.RoundTrip(r)
}

// picturing is a stage with pictures, and the numbers of images fetched, and of
// those with the key.
func picturing(width, height int) (st stage, n, keys *atomic.Int64) {
	n, keys = new(atomic.Int64), new(atomic.Int64)
	st = stage{width: width, height: height}
	st.config = func(c *ui.Config) { c.Pictures = true }
	st.through = func(next http.RoundTripper) http.RoundTripper { return fetched{next, n, keys} }
	return st, n, keys
}

// The picture of an asset is shown in the pane, beside the list or below it.
func TestPictureOfAnAssetIsInThePane(t *testing.T) {
	t.Parallel()
	for name, size := range map[string][2]int{"beside": {140, 40}, "below": {100, 34}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, n, keys := picturing(size[0], size[1])
			tell(t, st, func(s *story) {
				s.Press("3")
				s.Press("g")
				s.Pass(2 * time.Second)
				s.Sees("▀▀▀▀▀▀▀▀▀▀")
				before := n.Load()
				s.Press("i")
				s.DoesNotSee("▀")
				s.Sees("pictures are off (i shows them)")
				s.Press("j", "k")
				s.Pass(5 * time.Second)
				if n.Load() != before || keys.Load() > 0 {
					t.Errorf("%d images were fetched while they are off, %d with the key", n.Load()-before, keys.Load())
				}
				s.Press("i")
				s.Pass(time.Second)
				s.Sees("▀▀▀▀▀▀▀▀▀▀")
			})
		})
	}
}

// While the cursor moves nothing is fetched, and nothing while it rests on a row
// that is known.
func TestPicturesAreFetchedWhenTheCursorRests(t *testing.T) {
	t.Parallel()
	st, n, _ := picturing(140, 40)
	tell(t, st, func(s *story) {
		s.Press("3")
		s.Press("g")
		s.Pass(2 * time.Second)
		before := n.Load()
		for range 15 {
			s.Press("j")
			s.Pass(100 * time.Millisecond)
		}
		if got := n.Load() - before; got > 0 {
			t.Errorf("%d images were fetched while the cursor moved", got)
		}
		s.Pass(time.Minute)
		if got := n.Load() - before; got != 1 {
			t.Errorf("%d images were fetched for one row", got)
		}
		s.Press("j", "k")
		s.Pass(time.Minute)
		if got := n.Load() - before; got > 2 {
			t.Errorf("%d images were fetched for two rows", got)
		}
	})
}

// Nothing is fetched or drawn where it would not be seen.
func TestNoPicturesWithoutColoursOrUnicode(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*stage){
		"NO_COLOR": func(st *stage) { st.terminal = uitest.Options{Profile: colorprofile.ASCII} },
		"ASCII": func(st *stage) {
			config := st.config
			st.config = func(c *ui.Config) { config(c); c.ASCII = true }
		},
		"off": func(st *stage) { st.config = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, n, _ := picturing(140, 40)
			change(&st)
			tell(t, st, func(s *story) {
				s.Press("3")
				s.Press("g", "j", "j")
				s.Pass(time.Minute)
				s.DoesNotSee("▀")
				if n.Load() > 0 {
					t.Errorf("%d images were fetched", n.Load())
				}
				if name == "off" {
					return
				}
				s.Press("i", "i")
				s.Sees("this terminal can't show pictures")
			})
		})
	}
}

// A picture uses no more colours than the terminal has.
func TestPicturesUseTheColoursOfTheTerminal(t *testing.T) {
	t.Parallel()
	st, _, _ := picturing(140, 40)
	st.terminal.Profile = colorprofile.ANSI256
	tell(t, st, func(s *story) {
		s.Press("3")
		s.Press("g")
		s.Pass(2 * time.Second)
		s.Sees("▀▀▀▀▀▀▀▀▀▀")
		if raw := string(s.Raw()); strings.Contains(raw, "38;2;") || strings.Contains(raw, "48;2;") {
			t.Error("it used true colours")
		}
	})
}

// A job shows the picture of its asset, in the pane and in the details.
func TestJobShowsThePictureOfItsAsset(t *testing.T) {
	t.Parallel()
	st, _, _ := picturing(140, 40)
	tell(t, st, func(s *story) {
		s.Press("n")
		s.Press("ctrl+o", "enter", "tab", "ctrl+o", "j", "enter")
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(30 * time.Second)
		s.Press("1", "g")
		s.Pass(2 * time.Second)
		s.Sees("▀▀▀▀▀▀▀▀▀▀")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("[Overview]", "▀▀▀▀▀▀▀▀▀▀")
	})
}
