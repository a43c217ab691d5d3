package upload

import "time"

// Progress is how much of a content has been sent.
type Progress struct {
	Sent, Size int64   // bytes
	Speed      float64 // bytes a second lately, 0 if unknown
	Words      string  // activity, if nothing is being sent
	Err        error   // why it failed last; nil if it has not
}

// Left is how long the rest takes, 0 if unknown.
func (p Progress) Left() time.Duration {
	if p.Speed <= 0 {
		return 0
	}
	return time.Duration(float64(p.Size-p.Sent) / p.Speed * float64(time.Second))
}

// Plus is the progress of two contents together.
func (p Progress) Plus(o Progress) Progress {
	p.Sent += o.Sent
	p.Size += o.Size
	p.Speed += o.Speed
	if p.Words == "" {
		p.Words = o.Words
	}
	if p.Err == nil {
		p.Err = o.Err
	}
	return p
}

// Meter measures the speed of a content on its way, from samples taken about
// once a second.
type Meter struct {
	samples []sample
}

type sample struct {
	at   time.Time
	sent int64
}

// window is how long ago the speed is measured from.
const window = 8 * time.Second

// Add takes a sample.
func (m *Meter) Add(now time.Time, sent int64) {
	if n := len(m.samples); n > 0 && (sent < m.samples[n-1].sent || now.Before(m.samples[n-1].at)) {
		m.samples = m.samples[:0] // it began again
	}
	m.samples = append(m.samples, sample{now, sent})
	for len(m.samples) > 2 && now.Sub(m.samples[0].at) > window {
		m.samples = m.samples[1:]
	}
}

// Speed is in bytes a second, 0 if unknown.
func (m *Meter) Speed() float64 {
	if len(m.samples) < 2 {
		return 0
	}
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	d := last.at.Sub(first.at).Seconds()
	if d <= 0 {
		return 0
	}
	return float64(last.sent-first.sent) / d
}
