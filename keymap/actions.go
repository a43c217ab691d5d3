package keymap

import "slices"

// The groups of the help, in order.
const (
	GroupViews  = "Views"
	GroupMove   = "Move"
	GroupFind   = "Find"
	GroupMark   = "Mark"
	GroupJob    = "Work"
	GroupQueue  = "In the queue"
	GroupScreen = "Screen"
	GroupReview = "In a review"
	GroupForm   = "In a form"
	GroupDialog = "In a dialog"
	GroupSpare  = "" // named by the view that takes the key; else not shown
)

// The actions of the views.
const (
	ViewGenerations Name = "view_generations"
	ViewBatches     Name = "view_batches"
	ViewAssets      Name = "view_assets"
	ViewModels      Name = "view_models"
	ViewQueue       Name = "view_queue"
	ViewLedger      Name = "view_ledger"
	View7           Name = "view_7" // from here on reserved for future views
	View8           Name = "view_8"
	View9           Name = "view_9"
	NextView        Name = "next_view"
	PreviousView    Name = "previous_view"
	Down            Name = "down"
	Up              Name = "up"
	Top             Name = "top"
	Bottom          Name = "bottom"
	HalfDown        Name = "half_page_down"
	HalfUp          Name = "half_page_up"
	PageDown        Name = "page_down"
	PageUp          Name = "page_up"
	Details         Name = "details"
	NextPart        Name = "next_part"
	PreviousPart    Name = "previous_part"
	Back            Name = "back"
	Filter          Name = "filter"
	Sort            Name = "sort"
	Reverse         Name = "reverse_sort"
	Failures        Name = "failures"
	Mark            Name = "mark"
	MarkRange       Name = "mark_range"
	MarkAll         Name = "mark_all"
	MarkNone        Name = "mark_none"
	NewGeneration   Name = "new_generation"
	NewSet          Name = "new_job_set"
	Upload          Name = "upload"
	Open            Name = "open"
	OpenFolder      Name = "open_folder"
	Save            Name = "save"
	SaveWhat        Name = "save_what"
	Saves           Name = "saves"
	CopyID          Name = "copy_id"
	CopyURL         Name = "copy_url"
	CopyAs          Name = "copy_as"
	RunHook         Name = "run_on_done_again"
	Rerun           Name = "run_again"
	RerunModel      Name = "run_with_model"
	Label           Name = "label"
	SetPlan         Name = "set_deadline"
	Note            Name = "note"
	Watch           Name = "watch"
	Compare         Name = "compare"
	Verdict         Name = "verdict"
	HandOver        Name = "hand_over"
	Export          Name = "export"
	Totals          Name = "totals"
	MoveDown        Name = "move_down"
	MoveUp          Name = "move_up"
	PauseItem       Name = "pause_item"
	PauseQueue      Name = "pause_queue"
	Slots           Name = "slots"
	Edit            Name = "edit"
	Drop            Name = "drop"
	Delete          Name = "delete"
	Undo            Name = "undo"
	Columns         Name = "columns"
	TurnPane        Name = "turn_pane"
	KeepView        Name = "keep_view"
	ForgetView      Name = "forget_view"
	Mouse           Name = "mouse"
	Resend          Name = "send_once_more"
	Refresh         Name = "refresh"
	ReplaceKey      Name = "replace_key"
	Account         Name = "account"
	Pause           Name = "pause"
	Help            Name = "help"
	Palette         Name = "palette"
	Messages        Name = "messages"
	Notices         Name = "notices"
	Picture         Name = "picture"
	OpenPage        Name = "open_page"
	Suspend         Name = "suspend"
	Quit            Name = "quit"
)

// formerNames returns names that the configuration still accepts.
func formerNames() map[Name]Name {
	return map[Name]Name{
		"generations": ViewGenerations, "batches": ViewBatches, "assets": ViewAssets,
		"models": ViewModels, "queue": ViewQueue, "ledger": ViewLedger,
		"new_batch": NewSet,
		"view_1":    ViewGenerations, "view_2": ViewBatches, "view_3": ViewAssets,
		"view_4": ViewModels, "view_5": ViewQueue, "view_6": ViewLedger,
	}
}

// The actions of verdicts and reviews.
const (
	Approve Name = "approve"
	Retake  Name = "retake"
	Unjudge Name = "no_verdict"

	ReviewPage Name = "review_page"
	NextReview Name = "next_in_review"
	LastReview Name = "previous_in_review"
	OtherTake  Name = "other_take"
)

// The actions of forms.
const (
	NextField     Name = "next_field"
	PreviousField Name = "previous_field"
	NextChoice    Name = "next_choice"
	PrevChoice    Name = "previous_choice"
	Estimate      Name = "estimate"
	PickAsset     Name = "pick_asset"
	EditField     Name = "edit_field"
	EditRequest   Name = "edit_request"
	Presets       Name = "presets"
	ClearForm     Name = "clear_form"
	OtherDraft    Name = "other_draft"
	Leave         Name = "leave"
)

// The actions of dialogs.
const (
	Yes    Name = "yes"
	No     Name = "no"
	Choose Name = "choose"
	Switch Name = "switch_button"
	Again  Name = "yes_and_keep"
)

// defaults returns all actions in the order of the help.
func defaults() []Entry {
	return slices.Concat(looking(), working(), asking())
}

// looking returns the actions that only show something.
func looking() []Entry {
	return []Entry{
		{ViewGenerations, []string{"1"}, "1", "generations", GroupViews},
		{ViewBatches, []string{"2"}, "2", "batches", GroupViews},
		{ViewAssets, []string{"3"}, "3", "assets", GroupViews},
		{ViewModels, []string{"4"}, "4", "models", GroupViews},
		{ViewQueue, []string{"5"}, "5", "queue", GroupViews},
		{ViewLedger, []string{"6"}, "6", "ledger", GroupViews},
		{View7, []string{"7"}, "7", "view 7", GroupSpare},
		{View8, []string{"8"}, "8", "view 8", GroupSpare},
		{View9, []string{"9"}, "9", "view 9", GroupSpare},
		{NextView, []string{"tab"}, "tab", "next view", GroupViews},
		{PreviousView, []string{"shift+tab"}, "shift+tab", "previous view", GroupViews},

		{Down, []string{"j", "down"}, "j ↓", "down", GroupMove},
		{Up, []string{"k", "up"}, "k ↑", "up", GroupMove},
		{Top, []string{"g", "home"}, "g", "top", GroupMove},
		{Bottom, []string{"G", "end"}, "G", "bottom", GroupMove},
		{HalfDown, []string{"ctrl+d"}, "ctrl+d", "half a page down", GroupMove},
		{HalfUp, []string{"ctrl+u"}, "ctrl+u", "half a page up", GroupMove},
		{PageDown, []string{"pgdown"}, "pgdn", "page down", GroupMove},
		{PageUp, []string{"pgup"}, "pgup", "page up", GroupMove},

		{Filter, []string{"/"}, "/", "filter", GroupFind},
		{Sort, []string{"s"}, "s", "sort: pick a column", GroupFind},
		{Reverse, []string{"S"}, "S", "reverse the order", GroupFind},
		{Failures, []string{"F"}, "F", "failures only", GroupFind},
		{Columns, []string{"W"}, "W", "choose and order the columns", GroupFind},
		{TurnPane, []string{"z"}, "z", "details beside, below, full, off", GroupFind},
		{KeepView, nil, ":", "keep this filter as a view", GroupFind},
		{ForgetView, nil, ":", "forget this view", GroupFind},

		{Mark, []string{"space"}, "space", "mark or unmark", GroupMark},
		{MarkRange, []string{"v"}, "v", "mark from the last mark to here", GroupMark},
		{MarkAll, []string{"a"}, "a", "mark all matches", GroupMark},
		{MarkNone, []string{"A", "ctrl+\\"}, "A", "remove all marks", GroupMark},
	}
}

// working returns the actions that change something.
func working() []Entry {
	return []Entry{
		{Details, []string{"enter"}, "enter", "details", GroupJob},
		{NextPart, []string{"]", "l", "right"}, "]", "next part of the details", GroupJob},
		{PreviousPart, []string{"[", "h", "left"}, "[", "previous part", GroupJob},
		{NewGeneration, []string{"n"}, "n", "new generation", GroupJob},
		{NewSet, []string{"N"}, "N", "new job set, from lists or folders", GroupJob},
		{Upload, []string{"U"}, "U", "upload a file of this machine", GroupJob},
		{Open, []string{"o"}, "o", "open here or in the browser", GroupJob},
		{OpenFolder, []string{"O"}, "O", "open the folder of its file", GroupJob},
		{Save, []string{"d"}, "d", "save the output", GroupJob},
		{SaveWhat, []string{"D"}, "D", "choose what to save", GroupJob},
		{Saves, []string{"ctrl+s"}, "ctrl+s", "what is being saved", GroupJob},
		{CopyID, []string{"y"}, "y", "copy id", GroupJob},
		{CopyURL, []string{"Y"}, "Y", "copy URL", GroupJob},
		{CopyAs, []string{"c"}, "c", "copy as curl, JSON or Python", GroupJob},
		{Rerun, []string{"."}, ".", "run again unchanged", GroupJob},
		{RerunModel, []string{"m"}, "m", "run again with another model", GroupJob},
		{Label, []string{"t"}, "t", "set a label", GroupJob},
		{SetPlan, []string{"ctrl+t"}, "ctrl+t", "deadline and priority of its job set", GroupJob},
		{Note, []string{"w"}, "w", "write a note", GroupJob},
		{Watch, []string{"!"}, "!", "tell me when it ends", GroupJob},
		{Compare, []string{"b"}, "b", "compare two takes, or review several", GroupJob},
		{Verdict, []string{"V"}, "V", "give a verdict: approved or retake", GroupJob},
		{RunHook, []string{"|"}, "|", "run the command of on_done again", GroupJob},
		{HandOver, []string{"H"}, "H", "hand saved files over to a client", GroupJob},
		{Totals, []string{"T"}, "T", "totals", GroupJob},
		{Export, []string{"E"}, "E", "export as CSV", GroupJob},
		{Delete, []string{"X"}, "X", "delete on the server", GroupJob},
		{Undo, []string{"u"}, "u", "undo the last change made here", GroupJob},

		{MoveDown, []string{"J", "shift+down"}, "J", "send later", GroupQueue},
		{MoveUp, []string{"K", "shift+up"}, "K", "send sooner", GroupQueue},
		{PauseItem, []string{"p"}, "p", "pause or resume the job", GroupQueue},
		{PauseQueue, []string{"P"}, "P", "pause or resume the queue", GroupQueue},
		{Slots, []string{"#"}, "#", "set how many jobs run at once", GroupQueue},
		{Edit, []string{"e"}, "e", "edit (voids the price)", GroupQueue},
		{Drop, []string{"x"}, "x", "drop", GroupQueue},
		{Resend, []string{"R"}, "R", "send again at your own risk", GroupQueue},

		{Refresh, []string{"r"}, "r", "refresh now", GroupScreen},
		{ReplaceKey, []string{"ctrl+k"}, "ctrl+k", "use another API key", GroupScreen},
		{Account, []string{"ctrl+a"}, "ctrl+a", "switch to another account", GroupScreen},
		{Pause, []string{","}, ",", "pause or resume refreshing", GroupScreen},
		{Palette, []string{":"}, ":", "find an action by name", GroupScreen},
		{Messages, []string{"L"}, "L", "earlier messages", GroupScreen},
		{Mouse, []string{"M"}, "M", "mouse on, or off to select text", GroupScreen},
		{Picture, []string{"i"}, "i", "pictures in the details: show or hide", GroupScreen},
		{Notices, []string{"B"}, "B", "notices off or on, until the end", GroupScreen},
		{OpenPage, []string{"ctrl+g"}, "ctrl+g", "open the page about plan and bills", GroupScreen},
		{Back, []string{"esc"}, "esc", "back", GroupScreen},
		{Help, []string{"?"}, "?", "help", GroupScreen},
		{Suspend, []string{"ctrl+z"}, "ctrl+z", "suspend and return to the shell", GroupScreen},
		{Quit, []string{"q", "ctrl+c"}, "q", "quit", GroupScreen},
	}
}

// asking returns the actions of verdicts, forms and dialogs.
func asking() []Entry {
	return []Entry{
		{Approve, []string{"a"}, "a", "approved", GroupReview},
		{Retake, []string{"r"}, "r", "retake, with a note", GroupReview},
		{Unjudge, []string{"x"}, "x", "no verdict", GroupReview},
		{ReviewPage, []string{"o", "b"}, "o", "watch on the review page", GroupReview},
		{NextReview, []string{"n", "]", "l", "right", "space"}, "n", "next one", GroupReview},
		{LastReview, []string{"p", "[", "h", "left"}, "p", "previous one", GroupReview},
		{OtherTake, []string{"tab"}, "tab", "the other take", GroupReview},

		{NextField, []string{"tab", "down", "enter"}, "tab", "next field", GroupForm},
		{PreviousField, []string{"shift+tab", "up"}, "shift+tab", "previous field", GroupForm},
		{NextChoice, []string{"right", "space"}, "→", "next choice", GroupForm},
		{PrevChoice, []string{"left"}, "←", "previous choice", GroupForm},
		{PickAsset, []string{"ctrl+o"}, "ctrl+o", "pick from a list", GroupForm},
		{EditField, []string{"ctrl+e"}, "ctrl+e", "edit this field in $EDITOR", GroupForm},
		{EditRequest, []string{"ctrl+r"}, "ctrl+r", "edit the request as JSON in $EDITOR", GroupForm},
		{Presets, []string{"ctrl+p"}, "ctrl+p", "presets: the form under a name", GroupForm},
		{Estimate, []string{"ctrl+s", "alt+enter"}, "ctrl+s", "price it", GroupForm},
		{ClearForm, []string{"ctrl+l"}, "ctrl+l", "clear the form", GroupForm},
		{OtherDraft, []string{"ctrl+y"}, "ctrl+y", "another unsent draft", GroupForm},
		{Leave, []string{"esc"}, "esc", "close and keep the draft", GroupForm},

		{Yes, []string{"y"}, "y", "yes", GroupDialog},
		{Again, []string{"f"}, "f", "yes, and keep the form", GroupDialog},
		{No, []string{"n", "esc"}, "n", "no", GroupDialog},
		{Choose, []string{"enter"}, "enter", "selected button", GroupDialog},
		{Switch, []string{"tab", "left", "right", "h", "l"}, "tab", "other button", GroupDialog},
	}
}
