package ui_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/media/sample"
	"dubtop/api/simulator"
	"dubtop/ui"
)

func TestJobFromFormToBrowser(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "This will cost $1.25 at list price", "625 at 25 frames a second (fps: 25)", "remote file")
		if n := len(s.posts()); n != 0 {
			s.t.Fatalf("%d paid requests left before the yes", n)
		}
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("accepted", "○ pending", "today ~$1.25")
		posts := s.posts()
		if len(posts) != 1 || posts[0].IdempotencyKey == "" {
			s.t.Fatalf("want exactly one paid request with an idempotency key, got %+v", posts)
		}
		s.waitFor("talk_28s", "running")
		s.Sees("● running")
		s.waitFor("talk_28s", "completed")
		s.Sees("✓ completed")
		s.Press("g", "o")
		s.Pass(time.Second)
		if len(s.opened) != 1 || !strings.HasPrefix(s.opened[0], s.account.BaseURL()+"/v2/generations/") {
			s.t.Fatalf("opened %q", s.opened)
		}
		if len(s.posts()) != 1 {
			s.t.Fatalf("%d paid requests in the end", len(s.posts()))
		}
	})
}

// The oldest servers price only whole requests.
func TestPriceInEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		tell(t, stage{account: simulator.Options{Profile: profile}}, func(s *story) {
			s.price()
			s.Sees("This will cost $1.25 at list price")
		})
	}
}

// waitFor lets time pass until the row that contains a name says a word.
func (s *story) waitFor(name, word string) {
	s.t.Helper()
	for range 900 {
		if strings.Contains(s.row(name), word) {
			return
		}
		s.Pass(time.Second)
	}
	s.t.Fatalf("%s never became %s\n%s", name, word, s.Screen())
}

// client is another client with the account's key.
func (s *story) client() *api.Client {
	s.t.Helper()
	c, err := api.New(api.Config{
		BaseURL: s.account.BaseURL(), Key: api.NewSecret(s.account.Key()), Version: "test", Transport: s.account.RoundTripper(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// estimate asks the server directly what so many seconds of a model cost.
func (s *story) estimate(model string, length float64) string {
	s.t.Helper()
	e, err := s.client().Estimate(s.t.Context(), api.EstimateRequest{Model: model, Duration: length, FPS: 25})
	if err != nil {
		s.t.Fatal(err)
	}
	return e.Cost.String()
}

// estimateOf asks the server what a whole request costs.
func (s *story) estimateOf(body []byte) string {
	s.t.Helper()
	e, err := s.client().Estimate(s.t.Context(), api.EstimateRequest{Create: body, FPS: 25})
	if err != nil {
		s.t.Fatal(err)
	}
	return e.Cost.String()
}

// save writes a file of the storage to the disk.
func (s *story) save(name string) (path string) {
	s.t.Helper()
	client := http.Client{Transport: s.account.RoundTripper()}
	res, err := client.Get(s.media(name))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.write(name, data)
}

func (s *story) write(name string, data []byte) (path string) {
	s.t.Helper()
	path = filepath.Join(s.t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func TestPriceMatchesTheServersInEverySyncMode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, model, mode, video, audio string
		length                          float64
	}{
		{"bounce goes by the audio", "lipsync-2", "", "talk_28s.mp4", "line_40s.wav", 40},
		{"loop goes by the audio", "lipsync-2-pro", "loop", "talk_28s.mp4", "line_40s.wav", 40},
		{"remap goes by the audio", "lipsync-2", "remap", "talk_28s.mp4", "line_12.5s.wav", 12.5},
		{"silence goes by the longer, the video", "lipsync-2", "silence", "talk_10s.mp4", "line_3.2s.wav", 10},
		{"silence goes by the longer, the audio", "lipsync-2", "silence", "talk_3.2s.mp4", "line_10s.wav", 10},
		{"cut_off goes by the shorter, the video", "lipsync-1.9.0-beta", "cut_off", "talk_28s.mp4", "line_40s.wav", 28},
		{"cut_off goes by the shorter, the audio", "react-1", "cut_off", "talk_14s.mp4", "line_9s.wav", 9},
		{"an image goes by the audio", "sync-3", "", "face.png", "line_20s.wav", 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, stage{}, func(s *story) {
				s.Press("n")
				s.choose("Model", c.model)
				s.fill("Video", s.media(c.video))
				s.fill("Audio", s.media(c.audio))
				if c.mode != "" {
					s.choose("Sync mode", c.mode)
				}
				s.Press("ctrl+s")
				s.Pass(2 * time.Second)
				price := s.estimate(c.model, c.length)
				s.Sees("This will cost "+price+" at list price", c.video, c.audio)
				s.Press("y")
				s.Pass(time.Second)
				accepted := s.account.Accepted()
				if len(accepted) != 1 {
					s.t.Fatalf("%d jobs were accepted\n%s", len(accepted), s.Screen())
				}
				if got := s.estimateOf(accepted[0].Body); got != price {
					s.t.Errorf("what was sent costs %s, what was agreed to %s: %s", got, price, accepted[0].Body)
				}
			})
		})
	}
}

func TestPickedAssetIsPricedByItsLength(t *testing.T) {
	t.Parallel()
	bring := func(a *simulator.Server) {
		a.AddAsset(simulator.Asset{ID: "11111111-2222-4333-8444-555555555555", Name: "anchor.mp4", Seconds: 17.4})
		a.AddAsset(simulator.Asset{ID: "11111111-2222-4333-8444-666666666666", Name: "speech.wav", Type: "AUDIO", Seconds: 11.2})
	}
	tell(t, stage{prepare: bring}, func(s *story) {
		s.Press("n", "ctrl+o", "/")
		s.Type("anchor")
		s.Press("enter", "enter", "tab", "ctrl+o", "/")
		s.DoesNotSee("anchor.mp4")
		s.Type("speech")
		s.Press("enter", "enter")
		if !strings.Contains(s.row("  Video"), "anchor.mp4") ||
			!strings.Contains(s.row("▌ Audio"), "asset:11111111-2222-4333-8444-666666666666") {
			s.t.Fatalf("the assets are not in their fields\n%s", s.Screen())
		}
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("This will cost "+s.estimate("lipsync-2", 11.2)+" at list price", "anchor.mp4, 17.4 s", "audio 11.2 s from the asset")
	})
}

func TestAssetWithoutALengthIsPricedByTheServer(t *testing.T) {
	t.Parallel()
	const video, audio = "11111111-2222-4333-8444-777777777777", "11111111-2222-4333-8444-888888888888"
	bring := func(a *simulator.Server) {
		a.AddAsset(simulator.Asset{ID: video, Bare: true})
		a.AddAsset(simulator.Asset{ID: audio, Type: "AUDIO", Bare: true})
	}
	tell(t, stage{prepare: bring}, func(s *story) {
		s.Press("n")
		s.fill("Video", "asset:"+video)
		s.fill("Audio", "asset:"+audio)
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("This will cost $", "the server")
		shown := s.row("This will cost")
		s.Press("y")
		s.Pass(time.Second)
		if got := s.estimateOf(s.account.Accepted()[0].Body); !strings.Contains(shown, " "+got+" ") {
			s.t.Errorf("what was sent costs %s, what was agreed to: %s", got, shown)
		}
	})
}

func TestLocalFilesAreMeasuredPricedAndSent(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		video, audio := s.save("clip_12s.mp4"), s.write("take one.wav", sample.WAV(7))
		s.Press("n")
		s.Paste("'" + video + "'")
		s.at("Audio")
		s.Paste(strings.ReplaceAll(audio, " ", `\ `) + "\n")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("This will cost "+s.estimate("lipsync-2", 7)+" at list price", "clip_12s.mp4, 12 s", "take one.wav, 7 s", "local file")
		s.Press("y")
		s.Pass(time.Second)
		accepted := s.account.Accepted()
		if len(accepted) != 1 || len(accepted[0].Files) != 2 {
			s.t.Fatalf("accepted %+v\n%s", accepted, s.Screen())
		}
		for _, f := range accepted[0].Files {
			path := map[string]string{"video": video, "audio": audio}[f.Field]
			if info, err := os.Stat(path); err != nil || info.Size() != f.Size || filepath.Base(path) != f.Name {
				s.t.Errorf("%s arrived as %+v (%v)", path, f, err)
			}
		}
	})
}

func TestFileChangedAfterPricingIsNotSent(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		audio := s.write("take.wav", sample.WAV(7))
		s.Press("n")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.fill("Audio", audio)
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?")
		if err := os.WriteFile(audio, sample.WAV(290), 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("nothing was charged", "take.wav has changed since it was priced", "talk_28s.mp4")
		if len(s.posts()) != 0 {
			s.t.Fatal("a file that nobody had priced was sent")
		}
	})
}

func TestScriptIsPricedByTheServerOrByItsCharacters(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("Every line of this is spoken. ", 10)
	write := func(s *story) {
		s.Press("n")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.fill("or a script", script)
		s.fill("Voice id", "anna")
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
	}
	tell(t, stage{}, func(s *story) {
		write(s)
		shown := s.row("This will cost")
		s.Press("y")
		s.Pass(time.Second)
		if got := s.estimateOf(s.account.Accepted()[0].Body); !strings.Contains(shown, "cost "+got+" at") {
			s.t.Errorf("what was sent costs %s, what was agreed to: %s", got, shown)
		}
	})
	tell(t, stage{}, func(s *story) {
		s.account.Fault("POST /v2/analyze/cost", simulator.Fault{Status: 404, Body: `{"statusCode":404,"message":"Cannot POST /v2/analyze/cost"}`})
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{
			Status: 400, Body: `{"statusCode":400,"message":"duration must be a positive number","error":"Bad Request"}`, Times: 1,
		})
		write(s)
		s.Sees("This will cost ≈ "+s.estimate("lipsync-2", 299.0/15), "script 19.93 s from the")
	})
}

func TestTooLongInputIsRefusedBeforePricing(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		s.choose("Model", "react-1")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.fill("Audio", s.media("line_9s.wav"))
		before := s.asked("/estimate")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("new generation", "28", "15 s")
		s.DoesNotSee("Send this job?")
		if after := s.asked("/estimate"); after != before {
			s.t.Errorf("%d prices were asked for", after-before)
		}
	})
}

// asked counts the requests whose address contains a text.
func (s *story) asked(part string) (n int) {
	for _, r := range s.account.Requests() {
		if strings.Contains(r.Path, part) {
			n++
		}
	}
	return n
}

func TestUnpricedJobNeedsTheWord(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Unpriced: []string{"lipsync-2"}}}, func(s *story) {
		s.price()
		s.Sees("The price is unknown", "unpriced typed in full means yes")
		s.Press("y", "enter")
		s.Pass(time.Second)
		s.Sees("Send this job?", "type the word unpriced first")
		s.Press("backspace")
		s.Paste("unpriced")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send this job?")
		s.Type("unprice")
		s.Press("enter")
		s.Pass(time.Second)
		if len(s.posts()) != 0 {
			s.t.Fatal("something else than the word confirmed")
		}
		s.Type("d")
		s.Press("enter", "enter", "enter")
		s.Pass(time.Second)
		s.Sees("accepted")
		if len(s.posts()) != 1 {
			s.t.Fatalf("%d paid requests", len(s.posts()))
		}
	})
}

func TestPriceInCredits(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Credits: true}}, func(s *story) {
		s.price()
		s.Sees("This will cost 125 credits (list price $1.25)")
	})
}

func TestExactlyTheConfirmedBodyIsSent(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		const want = `{"model":"lipsync-2","input":[{"type":"video","url":"http://127.0.0.1:8701/media/talk_28s.mp4"},` +
			`{"type":"audio","url":"http://127.0.0.1:8701/media/line_25s.wav"}]}`
		if got := string(s.account.Accepted()[0].Body); got != want {
			s.t.Errorf("sent %s", got)
		}
		subs, err := s.book.Submissions(s.t.Context())
		if err != nil || len(subs) != 1 || string(subs[0].Body) != want || subs[0].IdempotencyKey != s.posts()[0].IdempotencyKey {
			s.t.Errorf("the journal holds %+v (%v)", subs, err)
		}
	})
}

func TestPriceExpiresAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.Sees("valid     for another 4m")
		s.Pass(5 * time.Minute)
		s.Sees("valid     no longer: go back and price it again")
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("new generation", "the price is older than five minutes", "talk_28s.mp4", "line_25s.wav")
		if len(s.posts()) != 0 {
			s.t.Fatal("an old price was taken")
		}
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("accepted")
	})
}

func TestEditingVoidsThePrice(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.Press("n")
		s.Sees("new generation", "talk_28s.mp4")
		s.choose("Sync mode", "silence")
		s.Press("y")
		if len(s.posts()) != 0 {
			s.t.Fatal("a price that was turned down was taken")
		}
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("This will cost " + s.estimate("lipsync-2", 28))
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `"sync_mode":"silence"`) {
			s.t.Errorf("sent %s", body)
		}
	})
}

func TestAnswerToAStoppedPricingIsIgnored(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.account.Fault("GET /media/{file}", simulator.Fault{Delay: 10 * time.Second, Times: 1})
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Getting the price")
		s.Press("esc", "ctrl+s")
		s.Pass(15 * time.Second)
		s.Sees("Send this job?", "This will cost $1.25")
	})
}

func TestMeasuringASlowFileCanBeStopped(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.account.Fault("GET /media/{file}", simulator.Fault{Delay: time.Minute})
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(3 * time.Second)
		s.Sees("Getting the price")
		s.Type("nothing of this is typed")
		s.Press("esc")
		s.Pass(2 * time.Minute)
		s.Sees("new generation", "talk_28s.mp4", "line_25s.wav")
		s.DoesNotSee("Getting the price", "Send this job?", "nothing of this")
	})
}

func TestUnreadableLinkIsPricedByTheServerOrNotAtAll(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Unpriced: []string{"lipsync-2"}}}, func(s *story) {
		s.account.Fault("GET /media/{file}", simulator.Fault{Status: 403, Body: "no"})
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(10 * time.Second)
		s.Sees("The price is unknown", "the length is not known", "unpriced")
	})
}

func TestOutputIsOpenedByAFreshLinkUnchanged(t *testing.T) {
	t.Parallel()
	var id string
	done := func(a *simulator.Server) { id = a.Add(simulator.Job{Name: "final", Status: "COMPLETED", Seconds: 9}) }
	tell(t, stage{prepare: done}, func(s *story) {
		links := []string{
			"https://storage.example.com/out/a%2Fb.mp4?X-Sig=Zm9v%2Bbar%3D%3D&x=1+2#t=3",
			"https://storage.example.com/out/a%2fb.mp4?X-Sig=second&&y=%C3%A9",
			"https://STORAGE.example.com/out//final.mp4?token=third",
		}
		for n, link := range links {
			s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Times: 1, Body: completedAs(id, link)})
			s.Press("g", "o")
			s.Pass(time.Second)
			if len(s.opened) != n+1 || s.opened[n] != link {
				s.t.Fatalf("the server said %q, opened were %q", link, s.opened)
			}
			s.Sees("opened in the browser")
		}
		const last = "https://storage.example.com/copied?sig=%2B"
		s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Times: 1, Body: completedAs(id, last)})
		s.Press("Y")
		s.Pass(time.Second)
		s.Sees("URL copied")
		if s.Clipboard() != last || len(s.opened) != len(links) {
			s.t.Errorf("copied %q, opened %q", s.Clipboard(), s.opened)
		}
	})
}

// completedAs returns the answer about a job with an output link.
func completedAs(id, link string) string {
	return `{"id":"` + id + `","status":"COMPLETED","model":"lipsync-2","input":[],` +
		`"createdAt":"2026-11-20T18:30:00Z","outputUrl":"` + link + `"}`
}

func TestWithoutABrowserTheLinkIsShownAndCopied(t *testing.T) {
	t.Parallel()
	done := func(a *simulator.Server) { a.Add(simulator.Job{Name: "final", Status: "COMPLETED", Seconds: 9}) }
	tell(t, stage{prepare: done, width: 60, height: 20, config: func(c *ui.Config) { c.Open = nil }}, func(s *story) {
		s.Press("g", "o")
		s.Pass(time.Second)
		s.Sees("There is no browser here to open it with.")
		link := s.Clipboard()
		if !strings.HasPrefix(link, s.account.BaseURL()) {
			s.t.Fatalf("copied %q", link)
		}
		if whole := strings.ReplaceAll(s.Screen(), "\n", ""); !strings.Contains(whole, link) {
			s.t.Errorf("%q is not there in one piece\n%s", link, s.Screen())
		}
	})
}

func TestOnlyWebLinksReachTheBrowser(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"file:///etc/passwd", "javascript:alert(1)", "http://example.com/out.mp4", "-oops", "https:///nowhere"} {
		var id string
		done := func(a *simulator.Server) { id = a.Add(simulator.Job{Name: "final", Status: "COMPLETED", Seconds: 9}) }
		tell(t, stage{prepare: done}, func(s *story) {
			s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Body: completedAs(id, link)})
			s.Press("g", "o")
			s.Pass(time.Second)
			s.Sees("no link: ")
			s.Press("Y")
			s.Pass(time.Second)
			if len(s.opened) != 0 || s.Clipboard() != "" {
				s.t.Errorf("%q was opened or copied", link)
			}
		})
	}
}

// After a job was sent, the cursor is on it, unless the user has moved on.
func TestCursorIsOnTheSentJob(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("G")
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		if row := s.row("▌"); !strings.Contains(row, "talk_28s.mp4") {
			t.Errorf("the cursor is on %q", row)
		}
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, Delay: 2 * time.Second})
		s.Press("y")
		s.Pass(time.Second)
		s.Press("j", "j", "j")
		s.Pass(3 * time.Second)
		s.Sees("accepted")
		if row := s.row("▌"); strings.Contains(row, "talk_28s.mp4") {
			t.Errorf("the cursor has jumped to %q", row)
		}
	})
}
