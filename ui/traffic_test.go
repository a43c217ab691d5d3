package ui_test

import (
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// What reaches the terminal is counted, because counts, unlike times, are the
// same on every machine.

func TestTerminalIsLeftAloneAtRest(t *testing.T) {
	t.Parallel()
	st, _ := countedStage(t)
	tell(t, st, func(s *story) {
		s.Pass(6 * time.Minute) // the lists are read and saved, the prices known
		for range 5 {
			frames, bytes := s.Traffic(func() { s.Pass(time.Minute) })
			if frames > 2 || bytes > 600 {
				t.Errorf("%d frames with %d bytes in a minute", frames, bytes)
			}
		}
	})
}

func TestKeysThatArriveTogetherAreFewFrames(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Generations: 600}}, func(s *story) {
		s.until("1 of 600", time.Minute)
		frames, bytes := s.Traffic(func() { s.Burst(strings.Repeat("j", 500)) })
		s.Sees("501 of 600")
		if frames > 4 {
			t.Errorf("500 keys made %d frames with %d bytes", frames, bytes)
		}
	})
}
