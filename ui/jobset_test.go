package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/media/sample"
	"dubtop/api/simulator"
)

// seasonVideos and seasonTracks are a season from a dubbing studio: twelve
// episodes with a track in each of four languages, except that one track is
// missing, one is misnamed and one is there twice.
func (s *story) season() (videos, tracks string) {
	s.t.Helper()
	root := s.t.TempDir()
	videos, tracks = filepath.Join(root, "videos"), filepath.Join(root, "tracks")
	clip, err := os.ReadFile(s.save("clip_12s.mp4"))
	if err != nil {
		s.t.Fatal(err)
	}
	write := func(path string, data []byte) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	for n := range 12 {
		write(filepath.Join(videos, fmt.Sprintf("ep%02d.mp4", n+1)), clip)
		for _, lang := range []string{"de", "es", "fr", "it"} {
			name := fmt.Sprintf("%s/ep%02d.wav", lang, n+1)
			switch name {
			case "fr/ep03.wav":
				continue
			case "es/ep05.wav":
				name = "es/ep5.wav"
			}
			write(filepath.Join(tracks, name), sample.WAV(6))
		}
	}
	write(filepath.Join(tracks, "ep07_de.wav"), sample.WAV(6))
	return videos, tracks
}

// refill replaces the text in a field.
func (s *story) refill(label, text string) {
	s.t.Helper()
	s.at(label)
	s.Press("end", "ctrl+u")
	s.Type(text)
}

// set opens the grid of a job set.
func (s *story) set(videos, tracks string) {
	s.t.Helper()
	s.Press("N")
	s.refill("Videos or a list", videos)
	s.refill("Audio", tracks)
	s.Press("ctrl+s")
	s.Pass(time.Second)
}

// linked opens the grid of a set of links: two videos in two languages with one
// missing, and a track without a video.
func (s *story) linked() {
	s.t.Helper()
	var tracks []string
	for _, name := range []string{"promo_10s_de.wav", "promo_10s_fr.wav", "talk_12s_de.wav", "gone_de.wav"} {
		tracks = append(tracks, s.media(name))
	}
	s.Press("1", "N", "end", "ctrl+u")
	s.Type(s.media("promo_10s.mp4") + " " + s.media("talk_12s.mp4"))
	s.Press("tab", "end", "ctrl+u")
	s.Type(strings.Join(tracks, " "))
	s.Press("ctrl+s")
	s.Pass(time.Second)
}

// Tab completes a path as far as the names have it in common, and then moves on.
func TestPathsInTheJobSetFormAreCompleted(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 40}, func(s *story) {
		videos, tracks := s.season()
		s.Press("N", "end", "ctrl+u")
		s.Type(strings.TrimSuffix(videos, "eos"))
		s.Pass(time.Second)
		s.Sees("tab complete")
		s.Press("tab")
		s.Sees(videos+"/", "▌ Videos")
		s.Type("ep1")
		s.Pass(time.Second)
		s.Press("tab") // ep10 to ep12
		s.Sees("▌ Audio")
		s.Type("ep01.mp4 " + strings.TrimSuffix(tracks, "cks"))
		s.Pass(time.Second)
		s.Press("tab")
		s.Sees("ep01.mp4 "+tracks+"/", "▌ Audio")
		// So does the form for one job.
		s.Press("esc", "n")
		s.Type(filepath.Join(videos, "ep03"))
		s.Pass(time.Second)
		s.Press("tab")
		s.Sees("ep03.mp4", "▌ Video")
		s.Pass(time.Second)
		s.Press("tab")
		s.Sees("▌ Audio")
	})
}

// A season goes from two folders to the queue: every row is shown, then one
// price, then one confirmation.
func TestSeasonBecomesOneJobSet(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale}, width: 160, height: 60}, func(s *story) {
		videos, tracks := s.season()
		s.set(videos, tracks)
		s.Sees("45 jobs to send, 1 with trouble, 2 left out", "ep01_de", "12 videos, 48 tracks", "no track in language fr: ep03", "no track in language es: ep05")
		s.Press("F")
		s.Sees("ep07_de_2", "left out: two tracks for ep07.mp4", "no video matches ep5.wav")
		s.DoesNotSee("ep01_de")
		s.on("ep07_de_2")
		s.Press("x")
		s.Sees("46 jobs to send, 1 with trouble, 1 left out", "1 row put back")
		s.Press("F")
		if n := len(s.posts()); n != 0 {
			s.t.Fatalf("%d paid requests before any price", n)
		}
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		s.Sees("Send 46 jobs; 2 of the set are left out", "46 × "+s.estimate("lipsync-2", 6), "[x] send one first, the rest when you resume them")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send 1 job as a pilot, and 45 later?")
		if n := len(s.posts()); n != 0 {
			s.t.Fatalf("%d paid requests before the yes", n)
		}
		s.Press("y")
		s.Pass(2 * time.Second)
		s.agreedTo(46)
		s.DoesNotSee("new job set", "Send 46 jobs")
		if n := len(s.account.Accepted()); n != 1 {
			s.t.Fatalf("%d jobs were made before the pilot was looked at", n)
		}
		s.Press("5", "a", "p")
		s.until("Queue 0", 3*time.Hour)
		names, _ := s.agreed()
		if len(s.account.Accepted()) != 46 || len(names) != 46 {
			s.t.Errorf("%d jobs were made", len(s.account.Accepted()))
		}
		// With the same folders again, earlier jobs are recognized.
		s.Press("1")
		s.set(videos, tracks)
		s.Sees("0 jobs to send, 1 with trouble, 47 left out", "left out: made on 20 Nov 2026, "+s.estimate("lipsync-2", 6))
		s.Press("ctrl+s")
		s.Sees("no row can be sent")
		// Its output is a key away, and so is another one.
		s.on("ep02_it")
		s.Press("o")
		s.Pass(time.Second)
		if len(s.opened) != 1 {
			s.t.Errorf("opened %q", s.opened)
		}
		s.Press("x")
		s.Sees("1 job to send", "again: made on 20 Nov 2026")
	})
}

func TestTableBecomesAJobSet(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 50}, func(s *story) {
		list := s.write("jobs.csv", []byte(strings.Join([]string{
			"Video URL;Audio;Language;Name;Client;Colour",
			s.media("talk_10s.mp4") + ";" + s.media("line_7s.wav") + ";de;one;acme;red",
			s.media("talk_10s.mp4") + ";" + s.media("line_8s.wav") + ";fr;two;acme;",
			s.media("talk_10s.mp4") + ";gone.wav;it;three;;",
			";" + s.media("line_8s.wav") + ";it;four;;",
			`"x"y;` + s.media("line_8s.wav"),
			s.media("talk_10s.mp4") + "?sig=2;" + s.media("line_7s.wav") + "?sig=3;de;five;;",
		}, "\r\n")))
		s.set(list, "")
		s.Sees("2 jobs to send, 3 with trouble, 1 left out", "not used: Colour", "there is no file gone.wav", "give a video", "left out: the same as row 1",
			"line 6, column 3: a quoted")
		// One row is corrected in the form, one left out, both labelled.
		s.on("three")
		s.Press("e")
		s.Sees("save row 3")
		s.refill("Audio", s.media("line_9s.wav"))
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("3 jobs to send, 2 with trouble, 1 left out")
		s.on("two")
		s.Press("x", "a", "t")
		s.Press("ctrl+u")
		s.Type("nova")
		s.Press("enter")
		s.Press("A", "ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send 2 jobs; 4 of the set are left out", "one", "three")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("tab") // the pilot is chosen in the list, not here
		s.Press("esc", "tab", "enter")
		s.Pass(time.Second)
		s.Sees("Send 2 jobs?")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.agreedTo(2)
		s.Sees("nova")
	})
}

func TestEveryTrackWithEveryVideo(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 50}, func(s *story) {
		s.Press("N")
		s.fill("Videos or a list", s.media("talk_10s.mp4")+" "+s.media("talk_12s.mp4"))
		s.fill("Audio", s.media("line_7s.wav")+" "+s.media("line_8s.wav"))
		s.choose("Join", "every track with every video")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("4 jobs to send", "2 videos, 2 tracks")
		s.Press("esc")
		s.Sees("new job set", s.media("talk_12s.mp4"))
	})
}

// Unreadable sources are reported in the form, which keeps what was typed.
func TestUnreadableSourcesAreNamed(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 120, height: 40}, func(s *story) {
		empty := s.t.TempDir()
		for _, c := range []struct{ videos, tracks, words string }{
			{"", "", "name a list, a folder, files or links"},
			{"/nowhere/at/all", "", "/nowhere/at/all: no such file or directory"},
			{empty, "", "no video was found there"},
			{filepath.Join(empty, "*.mp4"), "", "no file matches"},
			{s.media("talk_10s.mp4"), "", "no audio was found"},
			{"/dev/null.csv", "", "no such file"},
			{s.write("y.csv", []byte("video,audio\n1,2\x00\n")), "", "line 2, column 4: a NUL byte"},
			{s.write("z.csv", []byte("video,audio\n")), empty, "the list names the audio itself"},
			{"ftp://x.io/a.mp4", "", "the server can't fetch ftp:// links"},
		} {
			s.set(c.videos, c.tracks)
			if !strings.Contains(strings.ReplaceAll(s.Screen(), "\n", " "), c.words) {
				s.Sees(c.words)
			}
			s.Press("esc")
		}
	})
}

// What the columns of a list hold is guessed, shown, corrected, and remembered
// by its headings.
func TestColumnsAreChosenOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 40}, func(s *story) {
		rows := "Titel\tBild\tTon\nintro\t" + s.media("talk_10s.mp4") + "\t" + s.media("line_7s.wav") + "\n"
		s.set(s.write("shots.tsv", []byte(rows)), "")
		s.Sees("columns of the list", "choose the column that holds the videos", "Titel", "as in intro")
		s.Press("ctrl+s")
		s.Sees("choose the column that holds the videos")
		s.choose("Bild", "video")
		s.choose("Ton", "video")
		s.Sees("the video is in Bild too", "both Bild and Ton hold the video")
		s.choose("Ton", "audio")
		s.choose("Titel", "name")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("1 job to send", "columns: name from Titel", "intro")
		// Another list with these headings needs no question, and can be changed.
		s.Press("esc")
		s.refill("Videos or a list", s.write("more.tsv", []byte(strings.ReplaceAll(rows, "intro", "outro"))))
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("1 job", "outro")
		s.Press("W")
		s.Sees("columns of the list")
		s.choose("Titel", "label")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("label from Titel")
		s.Press("x", "W")
		s.Sees("its rows were changed")
	})
}

// Closing a set that was changed asks first. After a yes the form has what was
// typed.
func TestClosingAChangedSetAsksFirst(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 120, height: 40}, func(s *story) {
		s.set(s.media("talk_10s.mp4")+" "+s.media("line_7s.wav"), "")
		s.Sees("0 jobs to send, 2 with trouble", "no audio matches")
		s.Press("esc")
		s.Sees("new job set")
		s.Press("esc")
		s.set(s.media("talk_10s.mp4"), s.media("talk_10s.wav"))
		s.Sees("1 job to send")
		s.Press("x", "esc")
		s.Sees("Close this job set?", "stay")
		s.Pass(time.Second)
		s.Press("n")
		s.Sees("0 jobs to send, 1 left out")
		s.Press("esc")
		s.Pass(time.Second)
		s.Press("y")
		s.Sees("new job set", s.media("talk_10s.mp4"))
	})
}

// From the list to the last yes, a season takes a handful of keys; a paste counts
// as one. The planted troubles are seen before any price.
func TestSeasonTakesFewKeys(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current, Plan: simulator.Creator}, width: 160, height: 50}, func(s *story) {
		videos, tracks := s.season()
		keys := 0
		press := func(names ...string) {
			for _, name := range names {
				s.Press(name)
				keys++
			}
		}
		paste := func(text string) { s.Paste(text); keys++ }
		press("N")
		paste(videos)
		press("tab")
		paste(tracks)
		press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("45 jobs to send, 1 with trouble, 2 left out", "12 videos, 48 tracks, 1 left", "de 11, es 11, fr 11, it 12")
		press("F")
		s.Sees("two tracks for ep07.mp4", "no video matches ep5.wav")
		if n := len(s.posts()); n != 0 {
			s.t.Errorf("%d paid requests before any price", n)
		}
		press("F", "ctrl+s")
		s.Pass(5 * time.Second)
		s.Sees("45 jobs, ", "3 left out", "1 estimate of the server; the others are in proportion")
		press("enter")
		s.Pass(time.Second)
		s.Sees("Send 1 job as a pilot, and 44 later?")
		press("y")
		s.Pass(2 * time.Second)
		s.agreedTo(45)
		if t.Logf("%d keys", keys); keys >= 40 {
			s.t.Errorf("it took %d keys", keys)
		}
	})
}
