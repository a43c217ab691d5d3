package cli

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Help topics fit the narrowest terminal and begin with what they are about.
func TestHelpTopicsFitATerminal(t *testing.T) {
	topics := topicCommands()
	if len(topics) < 3 {
		t.Fatalf("there are %d topics", len(topics))
	}
	for _, c := range topics {
		if !c.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s is not a help topic", c.Name())
		}
		if c.Short == "" || strings.Contains(c.Short, "\n") || c.Long == "" {
			t.Errorf("%s: the first line is %q", c.Name(), c.Short)
		}
		for line := range strings.Lines(c.Long) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 82 {
				t.Errorf("%s: a line of %d cells: %s", c.Name(), n, line)
			}
		}
	}
}
