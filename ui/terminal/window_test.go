package terminal_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"
)

// built is the path of the binary under test.
var built string

func TestMain(m *testing.M) {
	if os.Getenv(asToy) != "" {
		os.Exit(runToy())
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "dubtop-built-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "dubtop")
	if out, err := exec.Command("go", "build", "-o", built, "dubtop").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	flag.Parse()
	together := flag.Lookup("test.parallel")
	if together.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = together.Value.Set("6") // these tests mostly wait for a program
	}
	return m.Run()
}

// patience is how long a slow machine may take for anything. A passing test
// never waits that long.
const patience = 20 * time.Second

// stage is the initial state of a window. The zero stage runs the binary
// without arguments in an empty home.
type stage struct {
	args   []string
	env    []string // added last, so it wins
	home   string   // "" means a new one
	script string   // for sh, with the binary as $0; "" runs the binary itself
	aside  bool     // the pty is not its controlling terminal, so a hang-up sends no signal
	// program is a copy of the binary to run, "" for the binary itself. user
	// runs it, nil for us.
	program string
	user    *syscall.Credential
}

// window is the built binary on a real pty that a virtual terminal reads.
type window struct {
	t    *testing.T
	home string
	cmd  *exec.Cmd
	near *os.File // the terminal's end of the pty
	far  *os.File // the program's end, kept open to read its settings
	// before is the terminal's state at the start, after at the end.
	before, after *term.State
	ended         chan struct{}
	drawn         chan struct{} // closed when there is no more output
	born          time.Time     // when it was started

	mu       sync.Mutex
	first    time.Duration // from then to the first frame, 0 before it
	emulator *vt.Emulator
	raw      bytes.Buffer
	shown    string // the screen after the first bytes of raw, as many as shownAt
	shownAt  int
	rate     int // bytes a second that it takes, 0 for all
	modes    map[ansi.Mode]bool
	cursor   bool // it is visible
	keyboard int  // enhancements pushed, in both protocols
}

const columns, rows = 100, 30

// open starts the program. It is killed at the end of the test if it still
// runs.
func open(t *testing.T, s stage) *window {
	t.Helper()
	w := &window{
		t: t, home: s.home, ended: make(chan struct{}), drawn: make(chan struct{}),
		emulator: vt.NewEmulator(columns, rows), modes: map[ansi.Mode]bool{}, cursor: true,
	}
	if w.home == "" {
		w.home = t.TempDir()
	}
	var err error
	w.near, w.far, err = pty.Open()
	must(t, err)
	must(t, pty.Setsize(w.near, &pty.Winsize{Rows: rows, Cols: columns}))
	w.before, err = term.GetState(int(w.far.Fd()))
	must(t, err)
	w.listen()
	w.cmd = s.command(w.home)
	w.cmd.Stdin, w.cmd.Stdout, w.cmd.Stderr = w.far, w.far, w.far
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: !s.aside, Credential: s.user}
	w.born = time.Now()
	must(t, w.cmd.Start())
	go func() {
		defer close(w.ended)
		_ = w.cmd.Wait() // its status says it
	}()
	go w.show()
	go w.answer()
	t.Cleanup(w.close)
	return w
}

func (s stage) command(home string) *exec.Cmd {
	cmd := exec.Command(cmp.Or(s.program, built), s.args...)
	if s.script != "" {
		cmd = exec.Command("sh", append([]string{"-c", s.script, built}, s.args...)...)
	}
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "TZ=UTC",
		"ConEmuANSI=ON", // it shows progress
	}, s.env...)
	cmd.Dir = home
	return cmd
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listen registers callbacks for state that the emulator does not keep. They
// run inside Write, under the lock.
func (w *window) listen() {
	w.emulator.SetCallbacks(vt.Callbacks{
		EnableMode:       func(m ansi.Mode) { w.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { w.modes[m] = false },
		CursorVisibility: func(shown bool) { w.cursor = shown },
	})
	step := func(by int) vt.CsiHandler {
		return func(ansi.Params) bool { w.keyboard += by; return true }
	}
	w.emulator.RegisterCsiHandler(ansi.Command('>', 0, 'u'), step(1))
	w.emulator.RegisterCsiHandler(ansi.Command('<', 0, 'u'), step(-1))
}

// show draws the program's output until its end of the pty is closed.
func (w *window) show() {
	defer close(w.drawn)
	buf := make([]byte, 64<<10)
	for {
		n, err := w.near.Read(buf[:w.portion()])
		w.mu.Lock()
		w.raw.Write(buf[:n])
		_, _ = w.emulator.Write(buf[:n])
		if w.first == 0 && bytes.Contains(w.raw.Bytes(), []byte("Generations")) {
			w.first = time.Since(w.born)
		}
		w.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// portion returns how much is to be read next, and waits first if the window is
// slow.
func (w *window) portion() int {
	w.mu.Lock()
	rate := w.rate
	w.mu.Unlock()
	if rate == 0 {
		return 64 << 10
	}
	time.Sleep(time.Second / 50)
	return rate / 50
}

// answer passes the terminal's answers to the program.
func (w *window) answer() {
	buf := make([]byte, 4096)
	for {
		n, err := w.emulator.Read(buf)
		if err != nil {
			return
		}
		_, _ = w.near.Write(buf[:n])
	}
}

// close kills the program if it still runs.
func (w *window) close() {
	select {
	case <-w.ended:
	default:
		_ = syscall.Kill(-w.cmd.Process.Pid, syscall.SIGKILL)
		_ = w.cmd.Process.Kill()
		<-w.ended
	}
	_ = w.far.Close()
	<-w.drawn
	_ = w.near.Close()
	_ = w.emulator.InputPipe().(io.Closer).Close()
}

// keys sends text at once, as typed.
func (w *window) keys(text string) {
	w.t.Helper()
	_, err := w.near.WriteString(text)
	must(w.t, err)
}

// paste sends text as a bracketed paste.
func (w *window) paste(text string) {
	w.t.Helper()
	w.keys(ansi.BracketedPasteStart + text + ansi.BracketedPasteEnd)
}

// screen returns the visible text.
func (w *window) screen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shownAt != w.raw.Len() || w.shown == "" {
		w.shown, w.shownAt = w.emulator.String(), w.raw.Len()
	}
	return w.shown
}

// starts waits for the first frame and returns how long it took.
func (w *window) starts() (took time.Duration) {
	w.t.Helper()
	w.until("the first frame is drawn", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		took = w.first
		return took > 0
	})
	return took
}

// kill ends the program and its terminal at once, like a power cut.
func (w *window) kill() {
	w.t.Helper()
	must(w.t, w.cmd.Process.Kill())
	<-w.ended
	w.close()
}

// file waits for a file that another program writes, and returns its content.
func (w *window) file(path string) (content []byte) {
	w.t.Helper()
	w.until(path+" is there", func() bool {
		var err error
		content, err = os.ReadFile(path)
		return err == nil
	})
	return content
}

// bytes returns everything that the program has written.
func (w *window) bytes() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Clone(w.raw.Bytes())
}

// until waits for a condition, and fails with the screen if it is not met in
// time.
func (w *window) until(what string, so func() bool) {
	w.t.Helper()
	if !eventually(so) {
		w.t.Fatalf("never came true: %s\n%s", what, w.screen())
	}
}

// eventually polls a condition.
func eventually(so func() bool) bool {
	late := time.After(patience)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-late:
			return so()
		}
	}
	return true
}

// sees waits until all texts are on the screen at once.
func (w *window) sees(texts ...string) {
	w.t.Helper()
	w.until("the screen shows "+strings.Join(texts, " and "), func() bool {
		now := w.screen()
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(now, text) })
	})
}

// loses waits until a text is no longer on the screen.
func (w *window) loses(text string) {
	w.t.Helper()
	w.until("the screen no longer shows "+text, func() bool { return !strings.Contains(w.screen(), text) })
}

// ends waits for the program to exit and for all of its output, and checks the
// exit status.
func (w *window) ends(status int) {
	w.t.Helper()
	select {
	case <-w.ended:
	case <-time.After(patience):
		w.t.Fatalf("it does not end\n%s", w.screen())
	}
	if got := w.cmd.ProcessState.ExitCode(); got != status {
		w.t.Fatalf("it ended with status %d, want %d\n%s", got, status, w.screen())
	}
	w.after, _ = term.GetState(int(w.far.Fd())) // nil if the test has closed it
	_ = w.far.Close()
	<-w.drawn
}

// leaves waits until the program has ended, which may not take longer, and
// returns how long it took. It draws nothing, so that the window may be deaf.
func (w *window) leaves(limit time.Duration) (took time.Duration) {
	w.t.Helper()
	began := time.Now()
	select {
	case <-w.ended:
	case <-time.After(limit):
		w.t.Errorf("it has not ended after %s", limit)
		_ = w.cmd.Process.Kill()
		<-w.ended
	}
	return time.Since(began)
}

// restored waits until the terminal is as it was at the start.
func (w *window) restored(when string) {
	w.t.Helper()
	wrong := ""
	if eventually(func() bool { wrong = w.disorder(); return wrong == "" }) {
		return
	}
	w.t.Fatalf("%s the terminal is not as it was: %s", when, wrong)
}

// disorder describes how the terminal differs from its initial state.
func (w *window) disorder() string {
	now := w.after
	if now == nil {
		var err error
		if now, err = term.GetState(int(w.far.Fd())); err != nil {
			return err.Error()
		}
	}
	if !reflect.DeepEqual(now, w.before) {
		return fmt.Sprintf("its settings (termios) are %v, were %v", *now, *w.before)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range []ansi.Mode{
		ansi.ModeAltScreenSaveCursor, ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent, ansi.ModeMouseExtSgr,
		ansi.ModeBracketedPaste, ansi.ModeFocusEvent, ansi.ModeSynchronizedOutput, ansi.ModeLightDark,
	} {
		if w.modes[m] {
			return "mode " + strings.TrimPrefix(ansi.SetMode(m), "\x1b[?") + " is on"
		}
	}
	switch {
	case !w.cursor:
		return "the cursor is hidden"
	case w.keyboard > 0: // popping more than was pushed does no harm
		return "the keyboard is in another mode"
	case bytes.LastIndex(w.raw.Bytes(), []byte("\x1b]9;4;")) > bytes.LastIndex(w.raw.Bytes(), []byte("\x1b]9;4;0")):
		return fmt.Sprintf("progress is shown: %q", regexp.MustCompile("9;4;[0-9;]*").FindAll(w.raw.Bytes(), -1))
	case bytes.LastIndex(w.raw.Bytes(), []byte("\x1b[>4;2m")) > bytes.LastIndex(w.raw.Bytes(), []byte("\x1b[>4m")):
		return "modified keys are reported"
	}
	return ""
}
