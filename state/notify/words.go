package notify

import (
	"dubtop/api/text"
)

// Signs mark success and failure on the terminal.
type Signs struct{ Done, Failed text.Text }

// maxName is the most characters of a name, so that what happened to it is not
// cut off.
const maxName = 60

// Words reports in one notice everything that has ended and the user wants to
// hear of; "" if there is nothing to tell.
func (w *Wish) Words(ends []End, signs Signs) text.Text {
	var told []text.Text
	covered := make(map[string]bool) // jobs, and sets by their name after a colon, that are told already
	for kind := Queue; kind <= Set; kind++ {
		for i := range ends {
			e := &ends[i]
			if e.Kind != kind || !w.hears(kind) {
				continue
			}
			told = append(told, e.words(signs))
			covered[":"+string(e.Name)] = kind == Set
			for _, job := range e.Jobs {
				covered[job.ID] = true
			}
		}
	}
	if words := w.jobWords(ends, covered, signs); words != "" {
		told = append(told, words)
	}
	return text.Join(told, ". ")
}

// words describes an end that is not about single jobs.
func (e *End) words(signs Signs) text.Text {
	switch e.Kind {
	case Queue:
		return "the queue has stopped: " + e.Words
	case Pilot:
		rest := text.Count(e.Waiting, "job waits", "jobs wait") + " for you"
		if len(e.Jobs) > 0 && e.Jobs[0].Failed {
			return "the pilot " + short(e.Name) + " failed, " + rest
		}
		return "the pilot " + short(e.Name) + " is done, " + rest
	}
	return "the set " + short(e.Name) + " has ended:" + counted(e.Done, e.Failed, signs)
}

// jobWords says which single jobs have ended, or how many.
func (w *Wish) jobWords(ends []End, covered map[string]bool, signs Signs) text.Text {
	jobs, rests := w.single(ends, covered)
	words := text.Text("")
	switch failed := failures(jobs); {
	case len(jobs) == 0:
		return ""
	case len(jobs) > 1:
		words = text.Sprintf("%d ended:", len(jobs)) + counted(len(jobs)-failed, failed, signs)
	default:
		words = jobs[0].words()
	}
	if rests {
		words += ", none is running"
	}
	return words
}

// single returns the jobs that are told by themselves, and whether none is left.
func (w *Wish) single(ends []End, covered map[string]bool) (jobs []Job, rests bool) {
	for i := range ends {
		e := &ends[i]
		if e.Kind < Watched || !w.hears(e.Kind) {
			continue
		}
		for _, job := range e.Jobs {
			if !covered[job.ID] && (job.Set == "" || !covered[":"+job.Set]) {
				covered[job.ID] = true
				jobs = append(jobs, job)
			}
		}
		rests = rests || e.Kind == Last
	}
	return jobs, rests
}

// words says what became of a job.
func (j *Job) words() text.Text {
	switch {
	case !j.Failed:
		return short(j.Name) + " is done"
	case j.Why == "":
		return short(j.Name) + " failed"
	}
	return short(j.Name) + " failed: " + j.Why
}

func failures(jobs []Job) (n int) {
	for i := range jobs {
		if jobs[i].Failed {
			n++
		}
	}
	return n
}

func counted(done, failed int, signs Signs) (words text.Text) {
	if done > 0 || failed == 0 {
		words += text.Sprintf(" %d %s", done, signs.Done)
	}
	if failed > 0 {
		words += text.Sprintf(" %d %s", failed, signs.Failed)
	}
	return words
}

// short cuts a name.
func short(name text.Text) text.Text { return text.Clean(string(name), maxName) }
