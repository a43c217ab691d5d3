package ui

import (
	"cmp"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/codes"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/kit"
)

// diagnosis explains a failure and what to do about it.
type diagnosis struct {
	short  text.Text // for a column
	why    text.Text
	fix    text.Text
	remedy codes.Remedy
}

// diagnose explains an error code of the API. An unknown code is classified by
// its name, and the API's own words are always shown as well. Without a code,
// words is the reason.
func (a *desk) diagnose(code string, words text.Text) diagnosis {
	if code == "" && words != "" {
		return diagnosis{words, words, "Fix what it names, then send it again. If it names nothing, see the raw answer (]).", codes.Edit}
	}
	h, ok := codes.Find(code)
	if !ok {
		h, ok = codes.Guess(code)
	}
	switch {
	case code == "":
		return diagnosis{"no reason given", "The API gives no reason.", "Look at the raw answer (]); if it says no more, send the id to support.", codes.Again}
	case !ok:
		return diagnosis{
			text.Of(strings.ReplaceAll(strings.TrimPrefix(code, "generation_"), "_", " ")), "The API returned the code " + text.Of(code) + ".",
			"Look at the raw answer (]) for more.", codes.None,
		}
	}
	d := diagnosis{text.Of(h.Short), text.Of(h.Why), text.Of(h.Fix), h.Remedy}
	slots := a.outbox.Slots.OfPlan(a.Now)
	switch code {
	case "generation_plan_duration_exceeded":
		d.why = text.Of(h.Why + " " + api.LongerJobs(slots))
	case "concurrency_limit_reached":
		d.why = text.Of(strings.TrimSpace(h.Why + " " + api.MoreSlots(slots)))
	}
	return d
}

// remedyKey names the key that follows the advice of a diagnosis, "" for none.
func (a *desk) remedyKey(r codes.Remedy) text.Text {
	switch r {
	case codes.Again:
		return a.KeyFor(keymap.Rerun) + " sends it again, once you have seen the price."
	case codes.Edit:
		return a.KeyFor(keymap.Rerun) + " opens it in the form."
	case codes.Model:
		return a.KeyFor(keymap.RerunModel) + " runs it with another model."
	case codes.Plan, codes.Pay:
		return a.KeyFor(keymap.OpenPage) + " opens " + text.Of(shownPage(a.billingPage())) + "."
	}
	return ""
}

// plansPage is where plans are chosen and invoices paid, unless the server names
// another page.
const plansPage = "https://sync.so/billing"

// billingPage returns the page that the last refusal named, or else the account's.
func (a *desk) billingPage() string {
	link, err := a.store.Standing.BillingURL.Link()
	if err != nil {
		link = plansPage
	}
	return cmp.Or(a.page, link)
}

func shownPage(link string) string { return string(api.ParseURL(link).Shown()) }

// notePage remembers the page that an error of the API names, if it is safe to
// open.
func (a *desk) notePage(err error) {
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		return
	}
	if link, err := e.Page.Link(); err == nil {
		a.page = link
	}
}

// pageAction opens the page about the plan and its bills.
func (a *desk) pageAction() kit.Action {
	return a.Does(keymap.OpenPage, func() tea.Cmd { return a.openURL(a.billingPage()) })
}

// offeredPage is that action for a form, if the server has named a page.
func (a *desk) offeredPage() []kit.Action {
	if a.page == "" {
		return nil
	}
	return []kit.Action{a.pageAction().Hinted("open the page that the server names")}
}
