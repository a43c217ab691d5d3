package ui

import "dubtop/api/text"

// departure holds the words about an end: of the program, or of the work on an
// account.
type departure struct {
	act     text.Text // what the user does
	unknown text.Text // who finds out about a request of unknown outcome
	later   text.Text // when things go on
	without text.Text // why nothing is sent meanwhile
	yes     text.Text
}

// quitting is about the end of the program.
func quitting() *departure {
	return &departure{"quit", "the next start looks for it", "at the next start", "while dubtop is closed", "quit now"}
}

// moving is about going to another account.
func moving() *departure {
	return &departure{"leave this account", "dubtop looks for it when you come back", "when you come back", "while another account is open here", "leave it now"}
}
