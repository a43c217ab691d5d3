package ui_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

const putRoute = "PUT /uploads/{ticket}/{file}"

// autumn is an account whose server takes uploads.
func autumn() stage {
	return stage{account: simulator.Options{Profile: simulator.Current}, width: 140, height: 40}
}

// large returns the path of a video of 12 s that has that many bytes, most of
// which are not on the disk.
func (s *story) large(name string, size int64) string {
	s.t.Helper()
	path := s.save("clip_12s.mp4")
	clip, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	rest := binary.BigEndian.AppendUint32(clip, uint32(size-int64(len(clip))))
	path = filepath.Join(filepath.Dir(path), name)
	if err := os.WriteFile(path, append(rest, "free"...), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		s.t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		s.t.Fatal(err)
	}
	return path
}

const film48 = 48 << 20

// priceFile fills in the form with a local video and a link, up to the armed
// dialog.
func (s *story) priceFile(path string) {
	s.t.Helper()
	s.Press("n")
	s.fill("Video", path)
	s.fill("Audio", s.media("line_7s.wav"))
	s.Pass(time.Second)
	s.Press("ctrl+s")
	s.Pass(2 * time.Second)
	s.Sees("Send this job?")
}

// whole checks that each content reached the storage once, without the key.
func (s *story) whole(contents int) {
	s.t.Helper()
	puts := make(map[string]int)
	for _, u := range s.account.Uploads() {
		puts[u.SHA256] += u.Puts
	}
	delete(puts, "")
	for sum, n := range puts {
		if n != 1 {
			s.t.Errorf("content %.8s arrived %d times", sum, n)
		}
	}
	if len(puts) != contents {
		s.t.Errorf("%d contents arrived, want %d", len(puts), contents)
	}
	for _, r := range s.account.Requests() {
		if r.Origin == "storage" && r.Key {
			s.t.Errorf("the key was sent with %s %s", r.Method, r.Path)
		}
	}
}

// bodies returns the JSON bodies of the jobs made.
func (s *story) bodies() (bodies []string) {
	for _, a := range s.account.Accepted() {
		bodies = append(bodies, string(a.Body))
	}
	return bodies
}

func TestLargeFileBecomesAnAssetAndThenAJob(t *testing.T) {
	t.Parallel()
	tell(t, autumn(), func(s *story) {
		path := s.large("film.mp4", film48)
		s.priceFile(path)
		s.Sees("uploads", "1 file of this machine, 50.3 MB, uploaded first")
		if n := len(s.account.Uploads()); n != 0 {
			s.t.Fatalf("%d files were announced before the yes", n)
		}
		for _, r := range s.account.Requests() {
			if strings.Contains(string(r.Body), "film") || r.Origin == "storage" && r.Method == "PUT" {
				s.t.Fatalf("%s %s tells about the file before the yes", r.Method, r.Path)
			}
		}
		s.Press("y")
		s.Pass(5 * time.Second)
		bodies := s.bodies()
		if len(bodies) != 1 || !strings.Contains(bodies[0], `{"type":"video","assetId":"`) {
			s.t.Fatalf("the jobs are %q\n%s", bodies, s.Screen())
		}
		s.whole(1)
		up := s.account.Uploads()[0]
		if up.Name != "film.mp4" || up.Size != film48 || up.Assets != 1 {
			s.t.Errorf("%+v", up)
		}
		s.Press("3")
		s.Sees("film.mp4")
		s.Press("enter")
		s.Sees("user")
		// The same content again, under another name, is not sent again.
		s.Press("esc", "1")
		again := filepath.Join(filepath.Dir(path), "copy.mp4")
		if err := os.Link(path, again); err != nil {
			s.t.Fatal(err)
		}
		s.priceFile(again)
		s.Press("y")
		s.Pass(5 * time.Second)
		if bodies = s.bodies(); len(bodies) != 2 || bodies[0] != bodies[1] {
			s.t.Errorf("the jobs are %q", bodies)
		}
		s.whole(1)
	})
}

func TestServerWithoutUploadsSaysSoInTheForm(t *testing.T) {
	t.Parallel()
	for _, profile := range []simulator.Profile{simulator.Seed, simulator.Strict} {
		tell(t, stage{account: simulator.Options{Profile: profile}, width: 160, height: 40}, func(s *story) {
			s.Press("n")
			s.fill("Video", s.large("film.mp4", film48))
			s.Press("tab")
			s.Pass(2 * time.Second)
			s.Sees("film.mp4 has 50.3 MB. This server takes no uploads, so local files go with the request and can have up to 20 MB")
		})
	}
}

// An upload that breaks is begun again by itself; the file is in the storage
// once.
func TestBrokenUploadGoesOn(t *testing.T) {
	t.Parallel()
	tell(t, autumn(), func(s *story) {
		s.priceFile(s.large("film.mp4", film48))
		s.account.Fault(putRoute, simulator.Fault{BreakBody: 20 << 20, Times: 2})
		s.account.Fault(putRoute, simulator.Fault{DropAfter: true, Times: 1})
		s.account.Fault("POST /v2/assets", simulator.Fault{DropAfter: true, Times: 1})
		s.Press("y")
		s.Pass(time.Minute)
		if bodies := s.bodies(); len(bodies) != 1 || !strings.Contains(bodies[0], "assetId") {
			s.t.Fatalf("the jobs are %q\n%s", bodies, s.Screen())
		}
		s.whole(1)
		for _, u := range s.account.Uploads() {
			if u.Assets != 1 || u.Begun != 3 {
				s.t.Errorf("%+v", u)
			}
		}
	})
}

func TestUploadIsShownPausedAndResumed(t *testing.T) {
	t.Parallel()
	tell(t, autumn(), func(s *story) {
		s.account.Fault(putRoute, simulator.Fault{BodyRate: 2 << 20})
		s.priceFile(s.large("film.mp4", film48))
		s.Press("y")
		s.Pass(10 * time.Second)
		s.Sees("upload ", "queue 1")
		s.Press("5")
		s.Sees("uploading", "of 50.3 MB", "MB/s", "left")
		s.Press("p")
		s.Pass(2 * time.Second)
		s.Sees("paused")
		s.DoesNotSee("upload 4")
		s.account.ClearFaults()
		s.Pass(time.Minute)
		if n := len(s.bodies()); n != 0 {
			s.t.Fatal("a paused job was sent")
		}
		s.Press("p")
		s.Pass(10 * time.Second)
		if n := len(s.bodies()); n != 1 {
			s.t.Fatalf("%d jobs\n%s", n, s.Screen())
		}
		s.whole(1)
	})
}

// A file that can't become an asset is told loudly, and a key tries again: the
// one that prices it in the form, or the one that resumes it in the queue.
func TestRefusedUploadIsTriedAgainOnAKey(t *testing.T) {
	t.Parallel()
	st := autumn()
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		const why = "not uploaded: the storage 127.0.0.1:8701 refused the file (forbidden): no room for you"
		refuse := func() {
			s.account.Fault(putRoute, simulator.Fault{Status: 403, Body: "<Error><Message>no room for you</Message></Error>"})
		}
		refuse()
		path := s.large("film.mp4", film48)
		s.priceFile(path)
		s.Press("y")
		s.Pass(5 * time.Second)
		s.Sees(why, "new generation")
		s.account.ClearFaults()
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?")
		s.Press("y")
		s.Pass(5 * time.Second)
		if n := len(s.bodies()); n != 1 {
			s.t.Fatalf("%d jobs\n%s", n, s.Screen())
		}
		s.Press("5", "P", "1")
		s.priceFile(s.large("other.mp4", film48+4096))
		s.Press("y")
		s.Pass(5 * time.Second)
		_ = s.Quit() // nobody remembers the form then
		_ = s.book.Close()
		s.start()
		s.Pass(5 * time.Second)
		refuse()
		s.Press("5", "P")
		s.Pass(5 * time.Second)
		s.Sees("paused", "p tries again")
		if s.row("other.mp4") == "" || len(s.bodies()) != 1 {
			s.t.Fatalf("%q\n%s", s.bodies(), s.Screen())
		}
		s.account.ClearFaults()
		s.Press("p")
		s.Pass(10 * time.Second)
		if n := len(s.bodies()); n != 2 {
			s.t.Fatalf("%d jobs\n%s", n, s.Screen())
		}
		s.whole(2)
	})
}

// An asset that is gone when its job is sent is made again.
func TestLostAssetIsUploadedAgain(t *testing.T) {
	t.Parallel()
	tell(t, autumn(), func(s *story) {
		s.account.SetRunning(3) // all slots
		s.Press("r")
		s.priceFile(s.large("film.mp4", film48))
		s.Press("y")
		s.Pass(10 * time.Second)
		if n := len(s.bodies()); n != 0 {
			s.t.Fatalf("%d jobs without a slot", n)
		}
		s.whole(1)
		for _, id := range s.account.Assets() {
			s.account.RemoveAsset(id)
		}
		s.account.SetRunning(0)
		s.Pass(2 * time.Minute)
		bodies := s.bodies()
		if len(bodies) != 1 || !strings.Contains(bodies[0], s.account.Assets()[0]) {
			s.t.Fatalf("the jobs are %q\n%s", bodies, s.Screen())
		}
	})
}

// Two windows need the same file: one sends it, and a queue that is drained
// elsewhere does the same.
func TestWindowsShareAnUpload(t *testing.T) {
	t.Parallel()
	st := autumn()
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.account.Fault(putRoute, simulator.Fault{BodyRate: 8 << 20})
		path := s.large("film.mp4", film48)
		other := s.beside()
		s.priceFile(path)
		s.Press("y")
		other.priceFile(path)
		other.Press("y")
		s.Pass(20 * time.Second)
		other.Pass(20 * time.Second)
		s.Pass(20 * time.Second)
		if n := len(s.bodies()); n != 2 {
			s.t.Fatalf("%d jobs\n%s\n%s", n, s.Screen(), other.Screen())
		}
		s.whole(1)
	})
}

// A file is uploaded on its own: the path completes, its size is shown, and
// nothing leaves before the yes. It can be stopped, and goes on later.
func TestFileIsUploadedOnItsOwn(t *testing.T) {
	t.Parallel()
	tell(t, autumn(), func(s *story) {
		path := s.large("film.mp4", film48)
		s.account.Fault(putRoute, simulator.Fault{BodyRate: 4 << 20})
		s.Press("3", "U")
		s.Type(strings.TrimSuffix(path, "lm.mp4"))
		s.Press("tab")
		s.Pass(time.Second)
		s.Sees("film.mp4")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Upload film.mp4?", "50.3 MB", "leaves this machine", "only you see it")
		if n := len(s.account.Uploads()); n != 0 {
			s.t.Fatal("the file was announced before the yes")
		}
		s.Press("y")
		s.Pass(5 * time.Second)
		s.Sees("upload ")
		s.Press("q")
		s.Pass(time.Second)
		s.Sees("A file is being uploaded", "of 50.3 MB")
		s.Press("n")
		s.Press("U")
		s.Pass(time.Second)
		s.Sees("Stop uploading film.mp4?")
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("stopped: film.mp4")
		s.account.ClearFaults()
		s.Press("U")
		s.Type(path)
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("film.mp4 is asset", "  video   film.mp4")
		s.whole(1)
		s.Press("U")
		s.Type("no/such.mp4")
		s.Sees("File to upload: no/such.mp4", "enter go on", "tab complete")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("no such file")
	})
	tell(t, stage{width: 140, height: 40}, func(s *story) {
		s.Press("3", "U")
		s.Pass(2 * time.Second)
		s.Sees("this server takes no uploads")
		s.DoesNotSee("File to upload")
	})
}

// A batch waits for the files of its lines, and the server checks exactly the
// bytes that are then sent. Sixty files with two contents are sent twice.
func TestBatchWaitsForItsFiles(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current, Plan: simulator.Scale}, width: 160, height: 60}, func(s *story) {
		videos, tracks := s.season()
		s.set(videos, tracks)
		s.Pass(3 * time.Second)
		s.Press("ctrl+s")
		s.Pass(10 * time.Second)
		s.Sees("Send 45 jobs")
		for range 4 {
			if s.row("send all of them as a batch") == "" {
				s.Press("tab")
				s.Pass(2 * time.Second)
			}
		}
		s.Sees("[x] send all of them as a batch")
		s.account.Fault(putRoute, simulator.Fault{BodyRate: 10_000})
		s.Press("enter")
		s.Pass(3 * time.Second)
		s.Sees("Send 45 jobs as a batch?", "2 files of this machine")
		if n := len(s.posts()) + len(s.account.Uploads()); n != 0 {
			s.t.Fatalf("%d requests before the yes", n)
		}
		s.Press("y")
		s.Pass(time.Second)
		if n := len(s.posts()); n != 0 {
			s.t.Fatalf("%d requests before the files are there", n)
		}
		s.account.ClearFaults()
		s.Pass(time.Minute)
		accepted := s.account.AcceptedBatches()
		if len(accepted) != 1 || accepted[0].Lines != 45 {
			s.t.Fatalf("%d batches\n%s", len(accepted), s.Screen())
		}
		if n := strings.Count(string(accepted[0].Body), `"assetId":"`); n != 90 {
			s.t.Errorf("%d assets in 45 lines", n)
		}
		if dry := s.posts()[0]; !strings.Contains(string(dry.Body), string(accepted[0].Body)) {
			s.t.Error("the dry run was of other bytes")
		}
		s.whole(2)
	})
}

// A server that never shows an asset does not get its file again and again.
func TestAssetThatIsNeverShownIsGivenUp(t *testing.T) {
	t.Parallel()
	tell(t, autumn(), func(s *story) {
		s.priceFile(s.large("film.mp4", film48))
		s.account.Fault("GET /v2/assets/{id}", simulator.Fault{Status: 404, Body: `{"statusCode":404,"message":"Asset not found","errorCode":"asset_not_found"}`})
		s.Press("y")
		s.Pass(5 * time.Minute)
		s.Press("L")
		s.Sees("the server accepts the file as an asset, and then does not have it")
		if n := len(s.account.Uploads()); n != 3 || len(s.bodies()) != 0 {
			s.t.Errorf("%d uploads, %d jobs", n, len(s.bodies()))
		}
	})
}
