package ui_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// library returns a stage with n assets, an hour apart.
func library(n int, profile simulator.Profile, more ...simulator.Asset) stage {
	return stage{
		account: simulator.Options{Seed: 3, Generations: -1, Profile: profile},
		prepare: func(a *simulator.Server) {
			for i := range n {
				kind := []string{"VIDEO", "AUDIO", "VIDEO", "IMAGE"}[i%4]
				a.AddAsset(simulator.Asset{
					Type: kind, Name: fmt.Sprintf("clip_%04d%s", (i*7919)%n, map[string]string{"VIDEO": ".mp4", "AUDIO": ".wav", "IMAGE": ".png"}[kind]),
					Size: int64(1000 + i), Age: time.Duration(i+1) * time.Hour,
				})
			}
			for _, x := range more {
				a.AddAsset(x)
			}
		},
	}
}

// askedForAssets returns the queries of GET /v2/assets after the first requests.
func (s *story) askedForAssets(since int) (queries []string) {
	for _, r := range s.account.Requests()[since:] {
		if r.Route == "GET /v2/assets" {
			queries = append(queries, r.Query)
		}
	}
	return queries
}

func TestLargeLibraryIsFoundAndSortedByTheServer(t *testing.T) {
	t.Parallel()
	needle := simulator.Asset{Name: "the_needle.wav", Type: "AUDIO", Age: 9000 * time.Hour}
	tell(t, library(5000, simulator.Current, needle), func(s *story) {
		s.Press("3")
		s.Sees("3 Assets 100 of 5,001", "clip_0000", "1 of 100 of 5,001")
		before := len(s.account.Requests())
		s.Press("G")
		s.Pass(time.Second)
		s.Sees("100 of 200 of 5,001")
		if q := s.askedForAssets(before); len(q) != 1 || !strings.Contains(q[0], "cursor=") {
			t.Errorf("scrolling asked for %q", q)
		}
		s.Pass(10 * time.Minute)
		s.Sees("200 of 5,001")

		before = len(s.account.Requests())
		s.sortBy("name")
		s.Pass(time.Second)
		s.Press("g")
		s.Sees("NAME↑", "1 of 100 of 5,001")
		if row := s.row("▌"); !strings.Contains(row, "clip_0000.") {
			t.Errorf("first by name: %s", row)
		}
		s.Press("S")
		s.Pass(time.Second)
		s.Press("g")
		if row := s.row("▌"); !strings.Contains(row, "the_needle.wav") {
			t.Errorf("last by name: %s", row)
		}
		regular := func(q string) bool { return strings.Contains(q, "dateDesc") } // the newest, from time to time
		if q := slices.DeleteFunc(s.askedForAssets(before), regular); !slices.Equal(q, []string{"limit=100&sortBy=nameAsc", "limit=100&sortBy=nameDesc"}) {
			t.Errorf("sorting asked for %q", q)
		}
		for _, column := range []string{"type", "length", "size", "age"} {
			s.sortBy(column)
		}
		s.Press("S", "S")
		s.Pass(time.Second)
		s.Sees("AGE")
	})
}

func TestFilterThatFindsNothingAsksTheServer(t *testing.T) {
	t.Parallel()
	needle := simulator.Asset{ID: "11111111-2222-4333-8444-999999999999", Name: "the_needle.wav", Type: "AUDIO", Age: 9000 * time.Hour}
	tell(t, library(600, simulator.Seed, needle), func(s *story) {
		s.Press("3", "/")
		s.Type("type:audio Needle -gone")
		s.Sees("None of the 100 loaded of 601", "enter  ask the server")
		before := len(s.account.Requests())
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("the_needle.wav", "1 of 1, 601 in all")
		if q := s.askedForAssets(before); !slices.Equal(q, []string{"limit=100&searchQuery=Needle&sortBy=dateDesc&types=AUDIO"}) {
			t.Errorf("asked for %q", q)
		}
		s.Press("esc")
		s.Sees("1 of 100 of 601")

		s.Press("/")
		s.Type("nowhere")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees(`None of the 601 assets has "nowhere" in its name`, "esc  show all")
		s.Press("esc", "/")
		s.Type("11111111-2222-4333-8444-999999999999")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("the_needle.wav")

		s.account.Fault("GET /v2/assets", simulator.Fault{Status: 500})
		s.Press("esc", "/")
		s.Type("clip_05")
		s.Press("enter")
		s.until("could not be asked", 20*time.Second)
		s.Sees("in the 100 loaded of 601")
	})
}

func TestPickerFindsWhatIsNotLoaded(t *testing.T) {
	t.Parallel()
	needle := simulator.Asset{Name: "the_needle.wav", Type: "AUDIO", Seconds: 12, Age: 9000 * time.Hour}
	tell(t, library(600, simulator.Current, needle), func(s *story) {
		s.Press("n")
		s.at("Audio")
		s.Press("ctrl+o")
		s.Sees("pick an asset", "clip_")
		s.Pass(time.Second)
		s.Sees("of 100 of 151")
		s.DoesNotSee(".png", ".mp4")
		s.Press("/")
		s.Type("needle")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("enter")
		s.Sees("the_needle.wav, 0:12")
	})
}

// renamed gives the asset under the cursor another name.
func (s *story) renamed(name string) {
	s.Press("e")
	s.Press("end", "ctrl+u")
	s.Type(name)
	s.Press("enter")
	s.Pass(time.Second)
}

func TestRenameAndDeleteAssets(t *testing.T) {
	t.Parallel()
	mine := simulator.Asset{ID: "11111111-2222-4333-8444-cccccccccccc", Name: "mine.mp4", Visibility: "USER", Age: time.Minute}
	tell(t, library(5, simulator.Current, mine), func(s *story) {
		s.Press("3")
		s.renamed("yours.mp4")
		s.Sees("renamed to yours.mp4")
		s.account.Fault("PATCH /v2/assets/{id}", simulator.Fault{Times: 1, Status: 200, Body: `{"id":"11111111-2222-4333-8444-cccccccccccc"}`})
		s.renamed("yours.mp4 2")
		s.Sees("renamed to yours.mp4 2", "1920×1080")
		s.renamed("yours.mp4")
		s.Press("X")
		s.Pass(time.Second)
		s.Sees("Delete this asset on the server?", "yours.mp4")
		s.Press("n")
		s.Pass(time.Second)
		s.Sees("yours.mp4")
		s.Press("X")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("deleted yours.mp4", "3 Assets 5")
		s.Press("g", "X")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("shared in the organisation")
		s.Sees("3 Assets 5")
	})
}

func TestServerThatDoesNotChangeAssets(t *testing.T) {
	t.Parallel()
	for _, profile := range []simulator.Profile{simulator.Seed, simulator.Strict} {
		tell(t, library(5, profile), func(s *story) {
			s.Press("3")
			s.renamed("other")
			s.Sees("this server does not let assets be renamed or deleted")
			before := len(s.account.Requests())
			s.Press("X")
			s.Sees("this server does not let assets be renamed or deleted")
			if n := len(s.account.Requests()); n != before {
				t.Error("asked again")
			}
		})
	}
}

// An asset stays while a job that has not been sent for sure needs it.
func TestAssetInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	st := library(0, simulator.Current,
		simulator.Asset{Name: "shot.mp4", Visibility: "USER", Seconds: 10, Age: time.Minute},
		simulator.Asset{Name: "line.wav", Type: "AUDIO", Visibility: "USER", Seconds: 9, Age: time.Hour})
	tell(t, st, func(s *story) {
		s.Press("5", "P", "3", "n")
		s.Sees("▌ Audio")
		s.Press("ctrl+o", "enter", "ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?", "shot.mp4", "line.wav")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Press("3", "X")
		s.Pass(time.Second)
		s.Sees("not deleted", "still needs it")
		// What the queue sends meanwhile does not take the place of the reason.
		s.account.Fault("POST /v2/generate", simulator.Fault{DelayAfter: 3 * time.Second})
		s.Press("5", "P")
		s.Press("3", "X")
		s.Sees("not deleted", "still needs it")
		s.Pass(5 * time.Second)
		s.Sees("not deleted", "slots 1/3")
		s.Press("L")
		s.Sees("accepted: ")
	})
}

// A picked asset is shown by its name everywhere, also after it was deleted and
// dubtop was started again.
func TestPickedAssetsAreShownByName(t *testing.T) {
	t.Parallel()
	const shot, line = "11111111-2222-4333-8444-aaaaaaaaaaaa", "11111111-2222-4333-8444-bbbbbbbbbbbb"
	st := library(0, simulator.Current,
		simulator.Asset{ID: shot, Name: "shot.mp4", Visibility: "USER", Seconds: 10, Age: time.Minute},
		simulator.Asset{ID: line, Name: "line.wav", Type: "AUDIO", Visibility: "USER", Seconds: 9, Age: time.Hour})
	st.journal, st.width, st.height = filepath.Join(t.TempDir(), "journal.db"), 120, 40
	tell(t, st, func(s *story) {
		s.Press("n", "ctrl+o", "enter", "tab", "ctrl+o", "enter", "tab")
		s.Sees("shot.mp4, 0:10", "line.wav, 0:09")
		s.DoesNotSee("asset:")
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?", "shot.mp4", "line.wav")
		s.DoesNotSee(shot, line)
		s.Press("esc")
		s.Pass(2 * time.Second)
		s.Press("esc", "5", "P", "n", "ctrl+s")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("shot.mp4")
		s.DoesNotSee(shot, line)
		s.Press("P")
		s.Pass(20 * time.Second)
		s.Press("1")
		s.Sees("shot.mp4")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("shot.mp4 (asset 11111111…)", "line.wav (asset 11111111…)")
		s.Pass(10 * time.Second)
		s.account.Fault("GET /v2/assets", simulator.Fault{Status: 500})
		s.start()
		s.Pass(3 * time.Second)
		s.Sees("shot.mp4")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("line.wav (asset 11111111…)")
	})
}

func TestProjectsAreShownAndFiltered(t *testing.T) {
	t.Parallel()
	const spring = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
	st := stage{
		account: simulator.Options{Seed: 3, Generations: -1, Profile: simulator.Current}, width: 160, height: 40,
		prepare: func(a *simulator.Server) {
			a.AddProject(simulator.Project{ID: spring, Name: "Spring campaign"})
			a.Add(simulator.Job{Name: "in_it", ProjectID: spring, Status: "COMPLETED", Age: time.Hour})
			a.Add(simulator.Job{Name: "alone", Status: "COMPLETED", Age: 2 * time.Hour})
		},
	}
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		s.Sees("PROJECT", "in_it", "alone")
		if row := s.row("▌"); !strings.Contains(row, "Spring") {
			t.Errorf("%s", row)
		}
		s.Press("/")
		s.Type("project:spring")
		s.Press("enter")
		s.Sees("in_it", "1 of 1, 2 in all", "Spring campaign")
		s.DoesNotSee("alone")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("project   Spring campaign")
	})
	st.config = func(c *ui.Config) { c.Project = "spring CAMPAIGN" }
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		s.fillForm()
		if row := s.row("Project"); !strings.Contains(row, "Spring campaign") {
			t.Errorf("the form shows the project as %q", row)
		}
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		if got := s.account.Accepted(); len(got) != 1 || !strings.Contains(string(got[0].Body), `"projectId":"`+spring+`"`) {
			t.Errorf("sent %+v", got)
		}
		s.Press("n", "esc")
		s.Pass(time.Second)
		if d := s.kept(); !d.Empty() {
			t.Errorf("a project alone is kept as a draft: %+v", d)
		}
	})
	st.account.Profile = simulator.Strict
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		s.Sees("in_it")
		s.DoesNotSee("PROJECT", "Spring")
	})
}

func TestProjectsAreThereWhenAFormNeedsThem(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}}, func(s *story) {
		s.Press("n")
		s.Pass(2 * time.Second)
		if s.requests("/v2/projects") != 1 {
			t.Errorf("asked %d times", s.requests("/v2/projects"))
		}
	})
}
