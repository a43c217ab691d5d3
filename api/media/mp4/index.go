package mp4

import (
	"bytes"
	"errors"

	gomp4 "github.com/abema/go-mp4"

	"dubtop/api/media/file"
)

const (
	// maxHops is how many fragments of a remote movie are read one by one.
	maxHops = 64
	// smallFile is the size up to which a file is read as a whole, in bytes.
	smallFile = 512 << 10
	// tailLength is how many bytes at the end are searched for fragments,
	// maxTailLength if the fragments are large.
	tailLength, maxTailLength = 64 << 10, 256 << 10
	// maxIndexes is more than any honest file has before its first fragment.
	maxIndexes = 16
)

// index is a sidx box: the lengths and sizes of the fragments behind it, of one
// track. Some writers put one before every fragment.
type index struct {
	track  uint32
	begins float64 // seconds, like length
	length float64
	covers int64 // the offset that the index reaches to
}

// readIndex reads a sidx box. A local file, which can be read completely, needs
// none.
func (m *movie) readIndex(body, end int64) error {
	if !m.source.IsRemote() || m.pieces > 0 || len(m.indexes) == maxIndexes || end-body > maxBox {
		return nil
	}
	var box gomp4.Sidx
	if err := m.decode(&box, body, end); err != nil || box.Timescale == 0 {
		return err
	}
	x := index{track: box.ReferenceID, begins: ticks(box.GetEarliestPresentationTime(), box.Timescale)}
	duration, covers := uint64(0), float64(end)+float64(box.GetFirstOffset())
	for _, piece := range box.References {
		duration += uint64(piece.SubsegmentDuration)
		covers += float64(piece.ReferencedSize)
	}
	x.length, x.covers = float64(duration)/float64(box.Timescale), int64(min(covers, 1<<62))
	m.indexes = append(m.indexes, x)
	return nil
}

// distant measures the fragments of a remote movie, the first of which is at or
// behind an offset, without reading all of them. It tries an index of the whole
// file, a table at its end, and going from fragment to fragment within the
// allowance; if that is not enough, it looks for the last fragments.
func (m *movie) distant(at int64) error {
	s := m.source
	m.partial = true
	if m.used() == nil {
		return nil // there is nothing to measure
	}
	m.partial = false
	if !s.Sized() || s.Size()-at <= smallFile && s.Reach(at, s.Size()-at) {
		s.Expect(smallFile)
		return m.allOf(at)
	}
	first, err := m.over(at, func() bool { return m.pieces > 0 })
	if err != nil {
		return err
	}
	m.partial = true
	s.Expect(file.PageSize)
	if found, err := m.byIndex(); found || err != nil {
		return err
	}
	if found, err := m.byTable(); found || err != nil {
		return err
	}
	return m.byHops(at, first)
}

// byHops goes from fragment to fragment while the allowance lasts.
func (m *movie) byHops(at, first int64) error {
	m.source.Expect(file.PageSize)
	next, err := m.over(first, func() bool { return m.pieces > maxHops })
	switch {
	case err == nil && m.pieces <= maxHops:
		m.partial = false
		return m.checkPieces()
	case err == nil || errors.Is(err, file.ErrTooFar):
		return m.byRest(at, next)
	}
	return err
}

// allOf reads all fragments within reach.
func (m *movie) allOf(at int64) error {
	next, err := m.over(at, func() bool { return false })
	switch {
	case err == nil:
		return m.checkPieces()
	case errors.Is(err, file.ErrTooFar):
		m.partial = true
		return m.byRest(at, next)
	}
	return err
}

// used returns the track to be measured, nil if there is none.
func (m *movie) used() *track {
	tracks := m.pick("vide")
	if m.source.Want() == file.Audio || len(tracks) == 0 {
		tracks = m.pick("soun")
	}
	if len(tracks) == 0 {
		return nil
	}
	return tracks[0]
}

// byIndex takes the length from an index that covers the file to its end.
func (m *movie) byIndex() (bool, error) {
	t := m.used()
	for _, x := range m.indexes {
		if t == nil || x.length == 0 || x.track != t.id && len(m.tracks) > 1 {
			continue
		}
		whole, err := m.nothingBehind(x.covers)
		if err != nil {
			return false, err
		}
		if whole {
			scale := float64(t.timescale)
			t.spread = extent{true, x.begins * scale, (x.begins + x.length) * scale}
			return true, nil
		}
	}
	return false, nil
}

// nothingBehind reports whether no fragments follow an offset.
func (m *movie) nothingBehind(at int64) (bool, error) {
	if at > m.source.Size() {
		return false, file.ErrCutOff
	}
	for at <= m.source.Size()-gomp4.SmallHeaderSize {
		h, err := m.header(at, m.source.Size())
		if err != nil {
			return false, m.atEnd(err, at)
		}
		switch h.kind {
		case "mfra", "free", "skip", "uuid", "meta", "udta":
			at = h.end
		default:
			return false, nil
		}
	}
	return true, nil
}

// byTable takes the length from the last fragments, which a table at the end of
// the file (mfra) locates. The table must begin with the first fragment and be
// in order.
func (m *movie) byTable() (bool, error) {
	s := m.source
	s.Expect(tailLength)
	last, err := s.Bytes(s.Size()-16, 16)
	if err != nil || string(last[4:8]) != "mfro" {
		return false, err
	}
	begins := s.Size() - int64(file.BigEndian(last[12:]))
	if begins < m.firstPiece || s.Size()-begins > maxTailLength || !s.Reach(begins, s.Size()-begins) {
		return false, nil
	}
	s.Expect(s.Size() - begins)
	h, err := m.header(begins, s.Size())
	if err != nil || h.kind != "mfra" {
		return false, nil
	}
	x, ok, err := m.readTables(h)
	if !ok || err != nil || x.first != m.firstPiece || x.last <= x.first {
		return false, err
	}
	return m.leap(x.last)
}

// readTables reads the tables of all tracks. ok is false if one is out of
// order.
func (m *movie) readTables(h boxHeader) (x table, ok bool, err error) {
	x = table{first: m.source.Size()}
	for from := h.body; from <= h.end-gomp4.SmallHeaderSize; {
		b, err := m.header(from, h.end)
		if err != nil {
			return x, false, nil
		}
		if b.kind == "tfra" {
			if ok, err := m.readTable(b, &x); !ok || err != nil {
				return x, false, err
			}
		}
		from = b.end
	}
	return x, true, nil
}

// table is the offset of the first fragment of all tracks and of the last one
// that every track has.
type table struct{ first, last int64 }

// readTable reads a tfra box: the times and offsets of a track's fragments. It
// reports false if they are out of order.
func (m *movie) readTable(b boxHeader, x *table) (bool, error) {
	head, err := m.source.Bytes(b.body, 16)
	if err != nil {
		return false, nil
	}
	width := 4
	if head[0] == 1 {
		width = 8
	}
	entry := 2*width + 3 + int(head[11]&3+head[11]>>2&3+head[11]>>4&3)
	entries := stream{source: m.source, at: b.body + 16, end: b.end}
	var time, offset uint64
	for n := file.BigEndian(head[12:16]); n > 0; n-- {
		e, err := entries.next(entry)
		if e == nil || err != nil {
			return false, err
		}
		t, o := file.BigEndian(e[:width]), file.BigEndian(e[width:2*width])
		if t < time || o < offset || o >= uint64(m.source.Size()) {
			return false, nil
		}
		time, offset = t, o
		x.first = min(x.first, int64(o))
	}
	if offset > 0 && (x.last == 0 || int64(offset) < x.last) {
		x.last = int64(offset)
	}
	return true, nil
}

// leap reads the fragments from an offset to the end of the file, after others
// were skipped. It reports false and changes nothing if they do not say when
// they begin.
func (m *movie) leap(to int64) (bool, error) {
	t := m.used()
	if t == nil {
		return false, nil
	}
	var before []extent
	for _, t := range m.tracks {
		before = append(before, t.spread)
	}
	old := t.spread
	m.leapt, m.lost = true, false
	_, err := m.over(to, func() bool { return false })
	m.leapt = false
	if err == nil && !m.lost && old.any && t.spread.last > old.last {
		return true, nil
	}
	for i, t := range m.tracks {
		t.spread = before[i]
	}
	if errors.Is(err, file.ErrTooFar) {
		err = nil
	}
	return false, err
}

// byRest measures a movie whose fragments were read up to next when the
// allowance for reading them one by one ran out. It tries the last fragments,
// then the promised length, and accepts the first that fits the part already
// read.
func (m *movie) byRest(at, next int64) error {
	s, t := m.source, m.used()
	if t == nil || !s.Sized() || !t.spread.any || next <= at {
		return file.ErrTooFar
	}
	scale := float64(t.timescale)
	walked := (t.spread.last - t.spread.first) / scale
	guess := walked * float64(s.Size()-at) / float64(next-at)
	fits := func(seconds float64) bool { return seconds > guess/1.7 && seconds < guess*1.7 }
	length := min(max(tailLength, 3*(next-at)/int64(max(m.pieces, 1))), maxTailLength, s.Size()-next)
	found, err := m.byTail(t, length, func() bool { return fits((t.spread.last - t.spread.first) / scale) })
	if found || err != nil {
		return err
	}
	if m.promised > 0 && fits(m.promised) {
		t.spread.last = t.spread.first + m.promised*scale
		return nil
	}
	return file.ErrTooFar
}

// byTail takes the length from the fragments in the last length bytes if it
// fits. Otherwise the track stays as it was.
func (m *movie) byTail(t *track, length int64, fits func() bool) (found bool, err error) {
	if !m.source.Reach(m.source.Size()-length, length) {
		return false, nil
	}
	from, err := m.lastPieces(length)
	if err != nil || from <= 0 {
		return false, err
	}
	before := t.spread
	found, err = m.leap(from)
	if err != nil || found && fits() {
		return true, err
	}
	t.spread = before
	return false, nil
}

// lastPieces searches the last length bytes for a moof box that starts a chain
// of boxes to the very end. It returns 0 if there is none.
func (m *movie) lastPieces(length int64) (int64, error) {
	m.source.Expect(length)
	tail, err := m.source.Bytes(m.source.Size()-length, int(length))
	if err != nil {
		return 0, err
	}
	for from := 0; ; {
		i := bytes.Index(tail[from:], []byte("moof"))
		if i < 0 {
			return 0, nil
		}
		from += i + 4
		if at := from - 8; at >= 0 && chained(tail[at:]) {
			return m.source.Size() - length + int64(at), nil
		}
	}
}

// chained reports whether boxes fill b exactly.
func chained(b []byte) bool {
	for len(b) >= 8 {
		size := file.BigEndian(b[:4])
		if size < 8 || size > uint64(len(b)) {
			return false
		}
		b = b[size:]
	}
	return len(b) == 0
}
