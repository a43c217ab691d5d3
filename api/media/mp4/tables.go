package mp4

import (
	"math"

	"dubtop/api/media/file"
)

const (
	// precision is how far a length may be off without notice, in seconds.
	precision = 0.05
	// maxAhead is how many bytes of a table are requested in advance.
	maxAhead = 256 << 10
	// maxTable is the largest table that is read of a remote file, in bytes.
	maxTable = 128 << 10
	// maxEdits is more than any honest file has.
	maxEdits = 1 << 12
)

// extent is the time from the first moment of some samples to the last, in
// ticks.
type extent struct {
	any         bool
	first, last float64
}

func (e *extent) add(first, last float64) {
	if !e.any {
		*e = extent{true, first, last}
	}
	e.first, e.last = min(e.first, first), max(e.last, last)
}

// stream reads a table piece by piece.
type stream struct {
	source  *file.Source
	at, end int64
	have    []byte
}

// next returns the next n bytes, nil at the end of the table.
func (s *stream) next(n int) ([]byte, error) {
	if len(s.have) < n {
		rest := s.end - s.at + int64(len(s.have))
		if rest < int64(n) {
			return nil, nil
		}
		at := s.at - int64(len(s.have))
		part, err := s.source.Bytes(at, int(min(rest, file.WindowSize)))
		if err != nil {
			return nil, err
		}
		s.have, s.at = part, at+int64(len(part))
	}
	piece := s.have[:n]
	s.have = s.have[n:]
	return piece, nil
}

// table starts reading the entries of a box that begins with their number.
func (m *movie) table(box span, entry int64) (*stream, error) {
	if box.to-box.from < 8 {
		return &stream{source: m.source}, nil
	}
	number, err := m.source.Bytes(box.from+4, 4)
	if err != nil {
		return nil, err
	}
	at := box.from + 8
	return &stream{source: m.source, at: at, end: at + min(int64(file.BigEndian(number))*entry, box.to-at)}, nil
}

// pairs reads a run-length table of counts and values.
type pairs struct {
	*stream
	count uint64 // how often the value still applies
	value int32
}

// fill moves on to an entry with a count above 0.
func (p *pairs) fill() (more bool, err error) {
	for p.count == 0 {
		entry, err := p.next(8)
		if entry == nil || err != nil {
			return false, err
		}
		p.count, p.value = file.BigEndian(entry[:4]), int32(file.BigEndian(entry[4:]))
	}
	return true, nil
}

// run is a number of consecutive samples of equal length, in ticks.
type run struct{ begins, each, count float64 }

func (r run) end() float64 { return r.begins + r.each*r.count }

// runs visits the samples of a track in decoding order, with the times at which
// they are shown.
func (m *movie) runs(t *track, visit func(run)) error {
	lengths, err := m.table(t.lengths, 8)
	if err != nil {
		return err
	}
	offsets, err := m.table(t.offsets, 8)
	if err != nil {
		return err
	}
	d, o := pairs{stream: lengths}, pairs{stream: offsets}
	left, at := uint64(math.MaxUint64), 0.0
	if t.counted {
		left = t.samples
	}
	for left > 0 {
		if more, err := d.fill(); err != nil || !more {
			return err
		}
		if more, err := o.fill(); err != nil {
			return err
		} else if !more {
			o.count, o.value = math.MaxUint64, 0
		}
		n := min(left, d.count, o.count)
		each := float64(max(d.value, 0))
		visit(run{at + float64(o.value), each, float64(n)})
		at += each * float64(n)
		left, d.count, o.count = left-n, d.count-n, o.count-n
	}
	return nil
}

// shown returns the part of a track's samples that is visible or audible
// between two times. A picture that began earlier is dropped, the last
// one is shown in full, and sound is cut exactly.
func (m *movie) shown(t *track, from, to float64) (extent, error) {
	var all extent
	err := m.runs(t, func(r run) {
		first, last := max(r.begins, from), min(r.end(), to)
		if t.handler == "vide" {
			lo, hi := 0.0, r.count
			if r.each > 0 {
				lo = max(0, math.Ceil((from-r.begins)/r.each))
				hi = min(r.count, math.Ceil((to-r.begins)/r.each))
			} else if r.begins < from || r.begins >= to {
				return
			}
			if lo >= hi {
				return
			}
			first, last = r.begins+lo*r.each, r.begins+hi*r.each
		}
		if first <= last && r.begins < to && r.end() >= from {
			all.add(first, last)
		}
	})
	return all, err
}

// edit is a part of a track that is played, or an empty stretch.
type edit struct {
	seconds float64 // 0 means the rest of the track
	from    float64 // in ticks of the track; negative if the stretch is empty
	warped  bool    // played at a different speed
}

// editsOf reads the edit list of a track.
func (m *movie) editsOf(t *track) ([]edit, error) {
	if m.timescale == 0 || t.edits.to-t.edits.from < 8 {
		return nil, nil
	}
	version, err := m.source.Bytes(t.edits.from, 1)
	if err != nil {
		return nil, err
	}
	width := 4
	if version[0] == 1 {
		width = 8
	}
	list, err := m.table(t.edits, int64(2*width+4))
	if err != nil {
		return nil, err
	}
	var edits []edit
	for len(edits) < maxEdits {
		entry, err := list.next(2*width + 4)
		if entry == nil || err != nil {
			return edits, err
		}
		e := edit{seconds: float64(file.BigEndian(entry[:width])) / float64(m.timescale)}
		if width == 4 {
			e.from = float64(int32(file.BigEndian(entry[4:8])))
		} else {
			e.from = float64(int64(file.BigEndian(entry[8:16])))
		}
		e.warped = e.from >= 0 && file.BigEndian(entry[2*width:]) != 1<<16
		edits = append(edits, e)
	}
	return nil, file.ErrDamaged
}

// length returns how long a track is, in seconds, and how far that may be off.
func (m *movie) length(t *track) (seconds, within float64, err error) {
	edits, err := m.editsOf(t)
	if err != nil || t.timescale == 0 {
		return 0, 0, err
	}
	if m.fragmented && t.spread.any {
		if m.partial {
			t.total = 0
		}
		seconds, within = t.joined(edits)
		return seconds, within, nil
	}
	edits = trimmed(edits)
	if t.lengths.to-t.lengths.from < 16 || m.source.IsRemote() && !m.affordable(t) {
		seconds, within = t.claimed(edits)
		return seconds, within, nil
	}
	return m.edited(t, edits)
}

// trimmed removes empty stretches at both ends, which are not part of the
// track.
func trimmed(edits []edit) []edit {
	for len(edits) > 0 && edits[0].from < 0 {
		edits = edits[1:]
	}
	for len(edits) > 0 && edits[len(edits)-1].from < 0 {
		edits = edits[:len(edits)-1]
	}
	return edits
}

// affordable reports whether the tables of a remote track are small enough to
// be read.
func (m *movie) affordable(t *track) bool {
	for _, box := range []span{t.lengths, t.offsets} {
		if size := box.to - box.from; size > maxTable || size > 0 && !m.source.Reach(box.from, size) {
			return false
		}
	}
	return true
}

// claimed returns the length given by the headers alone.
func (t *track) claimed(edits []edit) (seconds, within float64) {
	whole := ticks(t.duration, t.timescale)
	if len(edits) == 0 {
		return whole, 0
	}
	sum := 0.0
	for _, e := range edits {
		sum += e.seconds
	}
	if len(edits) == 1 && whole > 0 && (sum == 0 || sum > whole) {
		sum = whole
	}
	return sum, 0
}

// edited returns the length of the samples that the edits play.
func (m *movie) edited(t *track, edits []edit) (seconds, within float64, err error) {
	scale := float64(t.timescale)
	if len(edits) == 0 {
		all, err := m.shown(t, math.Inf(-1), math.Inf(1))
		return (all.last - all.first) / scale, 0, err
	}
	seconds, empty, warped := sumOfEdits(edits)
	// At both ends the samples that are there decide; in between, the lengths
	// in the list.
	first, last := edits[0], edits[len(edits)-1]
	begin, err := m.shown(t, first.from, first.end(scale))
	if err != nil {
		return 0, 0, err
	}
	end := begin
	if len(edits) > 1 {
		if end, err = m.shown(t, last.from, last.end(scale)); err != nil {
			return 0, 0, err
		}
	}
	if !begin.any || !end.any {
		return 0, 0, nil
	}
	seconds += (end.last-last.from)/scale - last.seconds - (begin.first-first.from)/scale
	if empty > precision {
		within = empty // some programs close gaps
	}
	if warped {
		within = max(within, seconds) // slow motion, for example, which some programs ignore
	}
	return seconds, within, nil
}

// sumOfEdits returns the length of all edits, how much of it is empty, and
// whether one of them plays at another speed or has an open end.
func sumOfEdits(edits []edit) (seconds, empty float64, warped bool) {
	for _, e := range edits {
		warped = warped || e.seconds == 0 || e.warped
		if e.from < 0 {
			empty += e.seconds
		}
		seconds += e.seconds
	}
	return seconds, empty, warped
}

// end returns where an edit ends, in ticks.
func (e edit) end(scale float64) float64 {
	if e.seconds == 0 {
		return math.Inf(1)
	}
	return e.from + e.seconds*scale
}
