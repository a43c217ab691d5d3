package ui_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// takes are three takes of one video and sound, and jobs of others.
func takes() stage {
	return stage{
		account: simulator.Options{Generations: -1}, width: 160, height: 40,
		prepare: func(a *simulator.Server) {
			media := func(name string) string { return a.StorageURL() + "/media/" + name }
			for i, j := range []simulator.Job{
				{Name: "intro_first", Model: "lipsync-2", Options: `{"temperature":0.5,"sync_mode":"loop"}`},
				{Name: "intro_second", Model: "lipsync-2", Options: `{"temperature":0.8,"sync_mode":"loop"}`},
				{Name: "intro_third", Model: "sync-3"},
				{Name: "outro", Model: "sync-3", Visual: media("outro_9s.mp4"), Audio: media("outro_9s.wav")},
				{Name: "failing", Model: "sync-3", Visual: media("fail_9s.mp4"), Audio: media("outro_9s.wav"), Status: "FAILED"},
			} {
				if j.Visual == "" {
					// Signatures differ each time.
					j.Visual, j.Audio = media("talk_12s.mp4?sig="+j.Name), media("line_12s.wav?X-Amz-Signature="+j.Name)
				}
				if j.Status == "" {
					j.Status = "COMPLETED"
				}
				j.ID, j.Seconds, j.Age = fmt.Sprintf("0000000%d-0000-4000-8000-000000000000", i+1), 12, time.Duration(10-i)*time.Hour
				a.Add(j)
			}
		},
	}
}

func TestVerdictIsGivenShownAndFiltered(t *testing.T) {
	t.Parallel()
	st := takes()
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.DoesNotSee("VERDICT")
		s.on("intro_second")
		s.Press("V")
		s.Sees("verdict on intro_second:", "a approved", "r retake", "x no verdict", "esc cancel")
		s.Press("a")
		s.Pass(time.Second)
		s.Sees("intro_second: approved", "VERDICT", "verdict   approved", "take      2 of 3")
		// Several at once, with a note.
		s.on("intro_first")
		s.Press("space")
		s.on("intro_third")
		s.Press("space", "V", "r")
		s.Sees("why are 2 jobs to be made again")
		s.Type("lips are late")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("2 jobs: retake; . makes the next take")
		s.Press("A")
		for filter, found := range map[string]string{
			"verdict:approved": "intro_second", "verdict:retake model:sync-3": "intro_third", "verdict:none status:failed": "failing",
		} {
			s.Press("/")
			s.Type(filter)
			s.Pass(time.Second)
			s.Sees(found, "1 of 1, ")
			s.Press("esc")
		}
		s.Press("/")
		s.Type("verdict:aproved")
		s.Pass(time.Second)
		s.Sees(`no verdict is called "aproved"; approved?`)
		s.Press("esc")
		// A job that made nothing has nothing to judge.
		s.on("failing")
		s.Press("V")
		s.Sees("failing has no output to judge")
		s.DoesNotSee("a approved")
		s.Press("esc")
		// It is there after a restart, before the first answer.
		s.again(time.Hour)
		s.Pass(2 * time.Second)
		s.on("intro_first")
		s.Pass(time.Second)
		s.Sees("verdict   retake: lips are late", "take      1 of 3")
		s.Press("V", "r")
		s.Sees("lips are late")
		s.Press("esc", "V", "x")
		s.Pass(time.Second)
		s.Sees("intro_first: verdict removed")
		s.DoesNotSee("verdict   retake")
	})
}

func TestVerdictShowsInOtherWindows(t *testing.T) {
	t.Parallel()
	st := takes()
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		other := s.beside()
		other.Pass(2 * time.Second)
		s.on("intro_third")
		s.Press("V", "r")
		s.Type("too dark")
		s.Press("enter")
		s.Pass(time.Second)
		other.Pass(10 * time.Second)
		other.on("intro_third")
		other.Pass(time.Second)
		other.Sees("verdict   retake: too dark")
		other.Press("V", "x")
		other.Pass(time.Second)
		s.Pass(10 * time.Second)
		s.on("intro_third")
		s.Pass(time.Second)
		s.DoesNotSee("verdict   retake")
	})
}

func TestTakesAreListedInTheDetails(t *testing.T) {
	t.Parallel()
	tell(t, takes(), func(s *story) {
		s.Pass(2 * time.Second)
		s.on("intro_second")
		s.Press("V", "a", "enter")
		s.Pass(time.Second)
		s.Sees("Takes of this video and sound: 3", "intro_first, lipsync-2, completed", "2 ▌       intro_second, lipsync-2, completed", "approved", "intro_third, sync-3, completed")
		s.Press("esc")
		s.on("outro")
		s.Press("enter")
		s.Pass(time.Second)
		s.DoesNotSee("Takes of this")
	})
}
