package ui_test

import (
	"hash/fnv"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/ui"
	"dubtop/ui/uitest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC   // no frame may depend on the place where it is drawn
	debug.SetGCPercent(800) // many small heaps at once
	os.Exit(m.Run())
}

// story is a user at a terminal: the real dashboard and the real client against
// the simulator, in virtual time.
type story struct {
	*uitest.Terminal
	t       *testing.T
	account *simulator.Server
	book    *journal.Journal
	stage   stage
	opened  []string // links passed to the browser
}

// stage is the beginning of a story. The zero stage is a Creator account with
// 40 reliable jobs in its past, in a window of 100×30.
type stage struct {
	account       simulator.Options
	width, height int
	config        func(*ui.Config)
	terminal      uitest.Options
	prepare       func(*simulator.Server) // before the dashboard starts
	journal       string                  // a path; "" keeps it in memory
	profiles      string                  // the directory of all profiles, with a journal for each key
	booked        func(*journal.Journal)  // the journal's content at the first start
	broken        error                   // why there is no journal
	noKey         bool                    // the first screen asks for a key
	moody         bool                    // jobs may fail, as in reality
	// counted puts something between the terminal and the dashboard that counts.
	counted func(tea.Model) tea.Model
	// through puts something between the client and the account, such as a
	// proxy that changes what passes.
	through func(http.RoundTripper) http.RoundTripper
}

// begins is when stories begin: a fixed evening, so that every frame is
// repeatable.
func begins() time.Time { return time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC) }

// sampled chooses one story in six by its name. The race detector makes SQLite,
// which every story uses, ten times slower, so CI runs only a sample.
func sampled(name string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	return h.Sum32()%6 == 0
}

// tell runs one story in virtual time.
func tell(t *testing.T, st stage, tale func(s *story)) {
	t.Helper()
	if testing.Short() && !sampled(t.Name()) {
		t.Skip("told without -short")
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(begins()))
		s := raise(t, st)
		tale(s)
	})
}

// raise starts the dashboard on its stage.
func raise(t *testing.T, st stage) *story {
	t.Helper()
	o := st.account
	if o.Generations == 0 {
		o.Generations = 40
	}
	o.Generations = max(0, o.Generations) // -1 is a new account
	o.Reliable = !st.moody
	s := &story{t: t, account: simulator.New(o), stage: st}
	if st.prepare != nil {
		st.prepare(s.account)
	}
	s.start()
	return s
}

// start runs a dashboard on the story's account and journal: the first one, or
// the next after one has ended.
func (s *story) start() {
	s.t.Helper()
	st := s.stage
	cfg := ui.Config{
		Keys: keymap.Default(), Pace: state.DefaultPace(), Home: "/home/ada", Version: "test",
		Open:     func(link string) error { s.opened = append(s.opened, link); return nil },
		Connect:  func(_, key string) (*account.Config, error) { return s.session(key, st) },
		SaveKey:  func(string, string) (string, error) { return "/home/ada/.config/dubtop/api_key", nil },
		Demo:     func() (*account.Config, error) { return s.session(s.account.Key(), st) },
		LookedUp: []string{"SYNC_API_KEY", "/home/ada/.config/dubtop/api_key"},
	}
	if !st.noKey {
		var err error
		if cfg.Account, err = s.session(s.account.Key(), st); err != nil {
			s.t.Fatal(err)
		}
	}
	if st.config != nil {
		st.config(&cfg)
	}
	terminal := st.terminal
	terminal.Width, terminal.Height = 100, 30
	if st.width > 0 {
		terminal.Width, terminal.Height = st.width, st.height
	}
	before := s.Terminal
	var model tea.Model = ui.New(cfg)
	if st.counted != nil {
		model, terminal.Every = st.counted(model), true
	}
	s.Terminal = uitest.Start(s.t, model, terminal)
	if before != nil {
		s.t.Cleanup(before.Kill) // otherwise it continues for the hour in which this one is cleaned up
	}
}

// beside opens a second window on the story's account and journal.
func (s *story) beside() *story {
	s.t.Helper()
	other := &story{Terminal: s.Terminal, t: s.t, account: s.account, stage: s.stage}
	other.start()
	return other
}

func (s *story) session(key string, st stage) (*account.Config, error) {
	wire := s.account.RoundTripper()
	if st.through != nil {
		wire = st.through(wire)
	}
	client, err := api.New(api.Config{
		BaseURL: s.account.BaseURL(), Key: api.NewSecret(key), Version: "test", Transport: wire,
	})
	if err != nil {
		return nil, err
	}
	switch {
	case st.profiles != "":
		return s.profiled(client, api.NewSecret(key)), nil
	case st.broken != nil:
		s.book, err = journal.OpenWithout(st.broken)
	case st.journal != "":
		s.book, err = journal.Open(s.t.Context(), st.journal)
	default:
		s.book, err = journal.OpenMemory()
	}
	if err != nil {
		return nil, err
	}
	if st.booked != nil {
		st.booked(s.book)
		s.stage.booked = nil
	}
	book := s.book
	s.t.Cleanup(func() { _ = book.Close() })
	return &account.Config{Name: "acme", Client: client, Journal: book}, nil
}

// kept returns the draft changed last, as saved in the journal.
func (s *story) kept() (d draft.Draft) {
	s.t.Helper()
	all, err := s.book.Drafts(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if len(all) > 0 {
		d = all[0]
	}
	return d
}

// posts returns the paid requests that reached the server, without those that
// test for idempotency keys and can create nothing.
func (s *story) posts() []simulator.Request {
	var posts []simulator.Request
	for _, r := range s.account.Requests() {
		question := strings.Contains(r.IdempotencyKey, " ")
		if r.Method == "POST" && (r.Path == "/v2/generate" || r.Path == "/v2/batch") && !question {
			posts = append(posts, r)
		}
	}
	return posts
}

// row returns the line of the screen that contains a text, "" if none does.
func (s *story) row(text string) string {
	for line := range strings.SplitSeq(s.Screen(), "\n") {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// fillForm opens the form and fills in two links to files of known length.
func (s *story) fillForm() {
	s.Press("n")
	s.Type(s.account.StorageURL() + "/media/talk_28s.mp4")
	s.Press("tab")
	s.Type(s.account.StorageURL() + "/media/line_25s.wav")
}

// at moves to a field of the form by its label.
func (s *story) at(label string) {
	s.t.Helper()
	for range 40 {
		row := s.row("▌ ")
		if strings.HasPrefix(row, "▌ "+label) {
			return
		}
		if strings.HasPrefix(row, "▌ More fields") && !strings.Contains(row, "shown") {
			s.Press("right")
		}
		s.Press("tab")
	}
	s.t.Fatalf("there is no field %q\n%s", label, s.Screen())
}

// choose turns the choice of a field until it has a value.
func (s *story) choose(label, value string) {
	s.t.Helper()
	s.at(label)
	for range 10 {
		if strings.Contains(s.row("▌ "+label), "< "+value+" >") {
			return
		}
		s.Press("right")
	}
	s.t.Fatalf("%s can't be %q\n%s", label, value, s.Screen())
}

// fill types into a field of the form.
func (s *story) fill(label, text string) {
	s.t.Helper()
	s.at(label)
	s.Type(text)
}

// media returns the link of a file whose name tells its kind and length.
func (s *story) media(name string) string { return s.account.StorageURL() + "/media/" + name }

// price fills in the form and has it priced, up to the armed dialog.
func (s *story) price() {
	s.t.Helper()
	s.fillForm()
	s.Press("ctrl+s")
	s.Pass(time.Second)
	s.Sees("Send this job?")
}

// rows counts the lines of the screen that contain a text.
func (s *story) rows(text string) (n int) {
	for line := range strings.SplitSeq(s.Screen(), "\n") {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// until waits at most that long for a text to appear on the screen.
func (s *story) until(text string, most time.Duration) {
	s.t.Helper()
	for range most / time.Second {
		if s.row(text) != "" {
			return
		}
		s.Pass(time.Second)
	}
	s.Sees(text)
}
