package ui_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dubtop/api/media/sample"
	"dubtop/ui"
)

// host.example is a file host besides the account. Some of its links are
// broken, and some of its files are not what their names say.
const elsewhere = "https://host.example"

// host answers for host.example and passes on everything else.
func host(wire http.RoundTripper) http.RoundTripper { return otherHost{wire} }

type otherHost struct{ wire http.RoundTripper }

func (h otherHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "host.example" {
		return h.wire.RoundTrip(r)
	}
	w := httptest.NewRecorder()
	switch name := filepath.Base(r.URL.Path); name {
	case "v.mp4":
		http.NotFound(w, r)
	case "view":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><html><title>Sign in</title>", strings.Repeat("<p>", 300))
	case "old.mp4":
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
	case "round.mp4":
		http.Redirect(w, r, r.URL.String(), http.StatusFound)
	case "nobody.mp4":
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case "stalled.mp4":
		w.Header().Set("Content-Range", "bytes 0-65535/5387317")
		w.WriteHeader(http.StatusPartialContent)
		answer := w.Result()
		answer.Request = r
		answer.Body = io.NopCloser(io.MultiReader(strings.NewReader("\x00\x00\x00\x18ftypisom"), silence{r}))
		return answer, nil
	case "sound.wav", "short.wav":
		r.URL.Path = "/" + name
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(sample.WAV(map[string]int{"sound.wav": 10, "short.wav": 3}[name])))
	case "picture":
		r.URL.Path = "/a-picture.mp4"
		return h.RoundTrip(r)
	default:
		file, err := os.ReadFile("../api/media/testdata/corpus/mp4/" + name)
		if err != nil {
			return nil, err
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(file))
	}
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

// silence is a connection on which nothing arrives any more.
type silence struct{ r *http.Request }

func (s silence) Read([]byte) (int, error) {
	<-s.r.Context().Done()
	return 0, s.r.Context().Err()
}

// brokenLinks are links that the server may be able to reach anyway, with the
// warning about each.
func brokenLinks() map[string]string {
	return map[string]string{
		"v.mp4":      "host.example answers 404 Not Found",
		"view":       "this is a web page, not media",
		"old.mp4":    "the signed link has expired",
		"round.mp4":  "redirected more than 5 times",
		"nobody.mp4": "host.example cannot be reached",
	}
}

// wrongFiles are files of the wrong kind for their field.
func wrongFiles() []struct{ field, name, says string } {
	return []struct{ field, name, says string }{
		{"Video", "no-picture.mp4", "has sound but no picture"},
		{"Video", "a-picture.mp4", "this is a picture"},
		{"Audio", "no-sound.mp4", "has no sound"},
		{"Audio", "a-picture.mp4", "this is a picture"},
	}
}

func TestBrokenLinkIsAWarningInFormAndDialog(t *testing.T) {
	t.Parallel()
	for name, says := range brokenLinks() {
		t.Run(name, func(t *testing.T) {
			tell(t, stage{through: host}, func(s *story) {
				s.Press("n")
				s.fill("Video", elsewhere+"/"+name)
				s.DoesNotSee(says) // it is still being typed
				s.Pass(time.Second)
				s.Sees(says)
				s.fill("Audio", elsewhere+"/sound.wav")
				s.Press("tab") // a field is checked as soon as it is left
				s.Pass(100 * time.Millisecond)
				s.Sees(says, "sound.wav    10 s")
				s.Press("ctrl+s")
				s.Pass(2 * time.Second)
				s.Sees("Send this job?", "but       video: ", "This will cost $0.50")
				if !strings.Contains(strings.Join(strings.Fields(s.Screen()), " "), says) {
					s.t.Errorf("the dialog does not say %q\n%s", says, s.Screen())
				}
				s.Press("y") // the server may reach what we can't
				s.Pass(time.Second)
				if n := len(s.posts()); n != 1 {
					s.t.Errorf("%d requests\n%s", n, s.Screen())
				}
			})
		})
	}
}

func TestFileOfTheWrongKindIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range wrongFiles() {
		local, err := filepath.Abs("../api/media/testdata/corpus/mp4/" + c.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{elsewhere + "/" + c.name, local} {
			t.Run(c.field+" "+filepath.Base(filepath.Dir(link))+" "+c.name, func(t *testing.T) {
				tell(t, stage{through: host, width: 120, height: 40}, func(s *story) {
					s.Press("n")
					s.fill("Video", s.media("talk_10s.mp4"))
					s.fill("Audio", s.media("line_10s.wav"))
					s.at(c.field)
					s.Press("ctrl+u")
					s.Type(link)
					s.Press("ctrl+s") // sooner than the check
					s.Pass(2 * time.Second)
					s.Sees(c.says)
					s.DoesNotSee("Send this job?")
					s.Press("tab", "shift+tab")
					s.Pass(time.Second)
					s.Sees(c.says)
					s.Press("ctrl+s")
					s.Pass(2 * time.Second)
					s.DoesNotSee("Send this job?", "Getting the price")
					s.agreedTo(0)
				})
			})
		}
	}
}

// Without an extension the name does not tell the kind, so the file does.
func TestPictureWithoutAnExtensionIsRecognized(t *testing.T) {
	t.Parallel()
	tell(t, stage{through: host}, func(s *story) {
		s.Press("n")
		s.fill("Video", elsewhere+"/picture")
		s.Pass(time.Second)
		s.Sees("lipsync-2 takes no images")
		s.choose("Model", "sync-3")
		s.Pass(time.Second)
		s.DoesNotSee("takes no images")
		s.fill("Audio", elsewhere+"/sound.wav")
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?", "image     picture")
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `{"type":"image","url":"`+elsewhere) {
			s.t.Errorf("sent %s", body)
		}
	})
}

// The result of a check is not used for a link typed since.
func TestCheckEndsWhenTheTextChanges(t *testing.T) {
	t.Parallel()
	tell(t, stage{through: host}, func(s *story) {
		s.Press("n")
		s.fill("Video", elsewhere+"/stalled.mp4")
		s.Pass(2 * time.Second)
		s.Sees("checking it")
		s.Press("ctrl+u")
		s.Type(s.media("talk_28s.mp4"))
		s.Pass(2 * time.Second)
		s.Sees("talk_28s.mp4    28 s")
		s.Pass(40 * time.Second)
		s.DoesNotSee("host.example")
	})
}

func TestStalledHostIsNamedAndThePriceComes(t *testing.T) {
	t.Parallel()
	tell(t, stage{through: host}, func(s *story) {
		s.Press("n")
		s.fill("Video", elsewhere+"/stalled.mp4")
		s.fill("Audio", elsewhere+"/sound.wav")
		s.Pass(20 * time.Second)
		s.Sees("host.example sent nothing for 15 s")
		s.Press("ctrl+s")
		s.Pass(20 * time.Second)
		s.Sees("Send this job?", "This will cost $0.50", "host.example sent nothing for 15 s")
	})
}

func TestGroupWarnsOfBrokenLinks(t *testing.T) {
	t.Parallel()
	st := stage{through: host, config: func(c *ui.Config) { c.Slots = 3 }}
	st.account.Generations = -1
	tell(t, st, func(s *story) {
		for _, name := range []string{"v.mp4", "h264.mp4"} {
			s.Press("1", "n", "ctrl+l")
			s.fill("Video", elsewhere+"/"+name)
			s.fill("Audio", elsewhere+"/sound.wav")
			s.Press("ctrl+s")
			s.Pass(2 * time.Second)
			s.Press("y")
			s.Pass(time.Second)
		}
		s.Press("a", ".")
		s.Pass(2 * time.Second)
		s.Sees("Run 2 jobs again", "2 × $0.50", "video: host.example answers 404 Not Found")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send 2 jobs?", "job       v.mp4", "but       video: host.example answers 404")
	})
}

func TestBatchLinksAreReportedOnTheirLines(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale(), through: host, height: 40, width: 120}, func(s *story) {
		names := []string{"v.mp4", "view", "old.mp4", "round.mp4", "nobody.mp4"}
		path := s.lines(24, func(i int, line string) string {
			if i > len(names) {
				return line
			}
			return strings.Replace(line, s.media(fmt.Sprintf("shot_%d_20s.mp4", i-1)), elsewhere+"/"+names[i-1]+"?t=20", 1)
		})
		s.check(path)
		s.Pass(2 * time.Second)
		s.Sees("Send this batch of 24 jobs?", "This will cost "+s.estimate("lipsync-2", 24*12)+" at list price") // the audio decides
		for i, name := range names {
			flat := strings.Join(strings.Fields(strings.ReplaceAll(s.Screen(), "│", " ")), " ")
			if says := fmt.Sprintf("line %d: video: ", i+1); !strings.Contains(flat, says) || !strings.Contains(flat, brokenLinks()[name]) {
				s.t.Errorf("the dialog does not say what is wrong with %s\n%s", name, s.Screen())
			}
		}
		s.Press("n")
		s.Sees("5 warnings; it can still be sent", "line 1: video: host.example answers 404 Not Found")
		if s.batchPosts() != 0 {
			s.t.Error("it was sent")
		}
		s.Press("ctrl+s")
		s.Pass(3 * time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("batch accepted")
	})
}

func TestBatchWithAFileOfTheWrongKindIsRefused(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale(), through: host}, func(s *story) {
		path := s.lines(24, func(i int, line string) string {
			switch i {
			case 3:
				return strings.Replace(line, s.media("shot_2_20s.mp4"), elsewhere+"/no-picture.mp4", 1)
			case 5:
				return strings.Replace(line, s.media("shot_4_20s.mp4"), elsewhere+"/a-picture.mp4", 1)
			case 7:
				return strings.Replace(line, s.media("line_6_12s.wav"), elsewhere+"/no-sound.mp4", 1)
			}
			return line
		})
		s.check(path)
		s.Sees("3 problems; nothing was sent", "line 3: video: this", "has sound but no picture", "line 5: video: this is a picture", "line 7: audio: this video (mp4) has no sound")
		if len(s.posts()) != 0 {
			s.t.Error("the server was bothered")
		}
	})
}

func TestExpiredBatchLinkNamesItsLine(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		path := s.lines(21, func(i int, line string) string {
			if i == 21 {
				return strings.Replace(line, s.media("shot_20_20s.mp4"), "https://bucket.s3.example/v_3s.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20250101T000000Z&X-Amz-Expires=3600&X-Amz-Signature=ab", 1)
			}
			return line
		})
		s.check(path)
		s.Sees("1 problem; nothing was sent", "line 21: video: this signed link has expired: make a new one")
		if len(s.posts()) != 0 {
			s.t.Error("the server was bothered")
		}
	})
}

// A batch may be fetched within a day. A link that expires before is a warning,
// and one that expires before the confirmation is not sent.
func TestBatchLinkExpiringTooSoonIsAWarning(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		sign := func(d time.Duration) func(int, string) string {
			return func(i int, line string) string {
				if i == 4 {
					return strings.Replace(line, s.media("shot_3_20s.mp4"), signed(s, "shot_3_20s.mp4", time.Now(), d), 1)
				}
				return line
			}
		}
		s.check(s.lines(20, sign(25*time.Hour)))
		s.Sees("Send this batch of 20 jobs?")
		s.DoesNotSee("expires")
		s.Press("n", "ctrl+u", "esc")
		s.check(s.lines(20, sign(2*time.Minute)))
		s.Sees("Send this batch of 20 jobs?", "but       line 4: video: this signed link expires in 1 min; a batch may", "take a day to fetch it")
		s.Pass(2 * time.Minute)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("line 4: the signed link of the video has expired; make a new one")
		if s.batchPosts() != 0 {
			s.t.Error("it was sent")
		}
	})
}

// A stalled host delays neither the others nor, with all of its files, the
// batch for longer than a few of them would.
func TestStalledHostDoesNotDelayABatch(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale(), through: host, height: 40, width: 120}, func(s *story) {
		path := s.lines(24, func(i int, line string) string {
			return strings.Replace(line, s.media(fmt.Sprintf("shot_%d_20s.mp4", i-1)), fmt.Sprintf("%s/%d/stalled.mp4?t=20", elsewhere, i), 1)
		})
		s.check(path)
		s.Sees("Measuring the inputs: 24 of 48")
		s.Pass(17 * time.Second)
		s.Sees("Send this batch of 24 jobs?", "This will cost "+s.estimate("lipsync-2", 24*12)+" at list price")
		s.Press("n")
		s.Sees("24 warnings", "host.example sent nothing for 15 s")
	})
}
