package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
	"dubtop/state"
)

// letters types words without running the commands that follow, and returns the
// commands.
func letters(a *App, words string) (cmds []tea.Cmd) {
	for _, r := range words {
		_, cmd := a.Update(press(r))
		cmds = append(cmds, cmd)
	}
	return cmds
}

// carryOut runs commands, and those that follow from them, until only the clock
// is left.
func carryOut(a *App, cmds ...tea.Cmd) {
	msgs := make(chan tea.Msg, 1000)
	var run func(cmd tea.Cmd)
	run = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		go func() {
			msg := cmd()
			if all, ok := msg.(tea.BatchMsg); ok {
				for _, cmd := range all {
					run(cmd)
				}
				return
			}
			msgs <- msg
		}()
	}
	for _, cmd := range cmds {
		run(cmd)
	}
	for synctest.Wait(); len(msgs) > 0; synctest.Wait() {
		_, cmd := a.Update(<-msgs)
		run(cmd)
	}
}

func shownNow(a *App) string {
	step(a, nil)
	return ansi.Strip(string(a.Frame.Content))
}

func sees(t *testing.T, a *App, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(shownNow(a), w) {
			t.Errorf("the screen should show %q\n%s", w, shownNow(a))
		}
	}
}

// With many rows, the typed text is on the screen before any row is checked,
// and a key typed in between discards the earlier filter.
func TestFilterIsEchoedBeforeItsRowsAreFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newDesk(t, 30_000)
		step(a, press('/'))
		first := letters(a, "promo_02")
		sees(t, a, "/ promo_02", "promo_000000", "1 of 30000")
		then := letters(a, "99")
		sees(t, a, "/ promo_0299", "promo_000000", "1 of 30000")
		carryOut(a, append(first, then...)...)
		sees(t, a, "/ promo_0299", "promo_029900", "1 of 100, 30000 in all")
		time.Sleep(2 * time.Minute) // the clock's commands end
	})
}

// A key that keeps or drops the filter does not wait for the steps.
func TestFilterIsKeptOrDroppedAtOnce(t *testing.T) {
	t.Parallel()
	for key, want := range map[rune]string{tea.KeyEnter: "1 of 100, 30000 in all", tea.KeyEscape: "1 of 30000"} {
		a := newDesk(t, 30_000)
		step(a, press('/'))
		letters(a, "promo_0299")
		step(a, tea.KeyPressMsg{Code: key})
		sees(t, a, want)
	}
}

// While the search runs, rows come and go.
func TestFilterFindsRowsAddedDuringASearch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newDesk(t, 30_000)
		step(a, press('/'))
		search := letters(a, "promo_9")
		news := state.NewGeneration(api.Generation{ID: "0000ffff-64a4-4c55-a6a1-4f3b2f7a1111", Status: api.Completed, OutputFileName: "promo_9"})
		a.store.Generations.Merge(a.store.Generations.Ask(a.Now), []state.Generation{news}, a.Now)
		carryOut(a, search...)
		sees(t, a, "1 of 1, 30001 in all")
		time.Sleep(2 * time.Minute)
	})
}
