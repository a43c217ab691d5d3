package state

import (
	"cmp"
	"slices"
	"time"

	"dubtop/api"
)

// Spend is what our own submissions cost by their estimates, in the order of
// time. The zero Spend is ready.
type Spend struct {
	jobs  []spent
	known map[api.ID]struct{}
}

type spent struct {
	at     time.Time
	model  string
	amount api.Micros
}

// DaySpend is the total of one local day.
type DaySpend struct {
	Day    time.Time // its midnight
	Amount api.Micros
	Jobs   int
}

// ModelSpend is the total of one model.
type ModelSpend struct {
	Model  string
	Amount api.Micros
	Jobs   int
}

// Add counts a submission. The same id counts once.
func (s *Spend) Add(id api.ID, model string, amount api.Micros, at time.Time) {
	if _, ok := s.known[id]; ok {
		return
	}
	if s.known == nil {
		s.known = make(map[api.ID]struct{})
	}
	s.known[id] = struct{}{}
	i, _ := slices.BinarySearchFunc(s.jobs, at, func(e spent, t time.Time) int {
		if e.at.After(t) {
			return 1
		}
		return -1 // of one instant, the later added comes later
	})
	s.jobs = slices.Insert(s.jobs, i, spent{at: wall(at), model: shared(model), amount: amount})
}

// Today is what was spent since the last midnight in loc.
func (s *Spend) Today(now time.Time, loc *time.Location) (total api.Micros) {
	midnight := midnight(now, loc)
	for _, e := range slices.Backward(s.jobs) {
		if e.at.Before(midnight) {
			break
		}
		total += e.amount
	}
	return total
}

// Days is the total of each day in loc on which something was spent, the
// latest first.
func (s *Spend) Days(loc *time.Location) []DaySpend {
	var days []DaySpend
	for _, e := range slices.Backward(s.jobs) {
		day := midnight(e.at, loc)
		if len(days) == 0 || !days[len(days)-1].Day.Equal(day) {
			days = append(days, DaySpend{Day: day})
		}
		last := &days[len(days)-1]
		last.Amount += e.amount
		last.Jobs++
	}
	return days
}

// Models is the total of each model, the dearest first.
func (s *Spend) Models() []ModelSpend {
	var models []ModelSpend
	for _, e := range s.jobs {
		i := slices.IndexFunc(models, func(m ModelSpend) bool { return m.Model == e.model })
		if i < 0 {
			i = len(models)
			models = append(models, ModelSpend{Model: e.model})
		}
		models[i].Amount += e.amount
		models[i].Jobs++
	}
	slices.SortFunc(models, func(a, b ModelSpend) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.Model, b.Model))
	})
	return models
}

// midnight is the beginning of the day of t in loc.
func midnight(t time.Time, loc *time.Location) time.Time {
	year, month, day := t.In(loc).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, loc)
}
