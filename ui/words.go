package ui

import (
	"dubtop/api/text"
	"dubtop/state/account"
)

// errorText is an error as it may stand on the screen: even our own words may
// quote remote ones.
func errorText(err error) text.Text { return account.Words(err) }
