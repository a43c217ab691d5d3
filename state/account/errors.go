package account

import "dubtop/state/journal"

// The errors of the journal that a user interface tells apart.
var (
	ErrTaken        = journal.ErrTaken
	ErrSameDraft    = journal.ErrSameDraft
	ErrDraftChanged = journal.ErrDraftChanged
	ErrBackwards    = journal.ErrBackwards
	ErrFull         = journal.ErrFull
	ErrStuck        = journal.ErrStuck
)

// OldProfile is another profile of this machine that may be the same account.
type OldProfile = journal.OldProfile
