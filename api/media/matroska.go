package media

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// The elements of Matroska and WebM that say something about the length. The
// numbers contain their own length marks, as the format's tables print them.
const (
	idDocType         = 0x4282
	idEBML            = 0x1A45DFA3
	idSegment         = 0x18538067
	idInfo            = 0x1549A966
	idTimestampScale  = 0x2AD7B1
	idDuration        = 0x4489
	idTracks          = 0x1654AE6B
	idTrackEntry      = 0xAE
	idTrackType       = 0x83
	idDefaultDuration = 0x23E383
	idVideo           = 0xE0
	idPixelWidth      = 0xB0
	idPixelHeight     = 0xBA
	idCluster         = 0x1F43B675
)

// element is one element: its number, and where its body is.
type element struct {
	id        uint64
	body, end int64
}

// matroska is a file being read.
type matroska struct {
	source            *source
	info              Info
	scale             uint64  // nanoseconds per tick
	ticks             float64 // the length
	sawInfo, sawTrack bool
	entry             trackEntry // the track being read
}

// trackEntry is one track.
type trackEntry struct {
	kind          uint64 // 1 is pictures, 2 is sound
	frame         uint64 // nanoseconds that a frame stands
	width, height uint16 // pixels
}

// matroska reads Info and Tracks, which come before the first cluster of sound
// and pictures. Files that a browser recorded often lack the duration.
func (s *source) matroska() (Info, error) {
	m := &matroska{source: s, scale: 1e6}
	m.info.Format = "mkv"
	if err := m.walk(0, s.size, m.top); err != nil {
		return Info{}, err
	}
	if !m.sawTrack {
		return Info{}, ErrDamaged
	}
	seconds := m.ticks * float64(m.scale) / 1e9
	m.info.Picture.Seconds, m.info.Sound.Seconds = seconds, seconds
	return m.info, nil
}

// walk visits the elements between two offsets until visit says it is done.
func (m *matroska) walk(from, to int64, visit func(element) (done bool, err error)) error {
	for from < to {
		e, err := m.element(from, to)
		if err != nil {
			return err
		}
		done, err := visit(e)
		if err != nil || done {
			return err
		}
		from = e.end
	}
	return nil
}

// element reads the header of the element at an offset. An element without a
// length reaches to the end of its parent.
func (m *matroska) element(at, to int64) (element, error) {
	id, width, err := m.number(at)
	if err != nil {
		return element{}, err
	}
	size, sizeWidth, err := m.number(at + width)
	if err != nil {
		return element{}, err
	}
	e := element{id: id, body: at + width + sizeWidth, end: to}
	mark := uint64(1) << (7 * sizeWidth)
	size ^= mark
	if e.body > to {
		return element{}, ErrDamaged
	}
	if size != mark-1 && size < uint64(to-e.body) {
		e.end = e.body + int64(size)
	}
	return e, nil
}

// number reads a number whose leading zero bits say how many bytes it has. The
// mark is left in it.
func (m *matroska) number(at int64) (value uint64, width int64, err error) {
	first, err := m.source.bytes(at, 1)
	if err != nil {
		return 0, 0, err
	}
	width = int64(bits.LeadingZeros8(first[0])) + 1
	if width > 8 {
		return 0, 0, ErrDamaged
	}
	all, err := m.source.bytes(at, int(width))
	if err != nil {
		return 0, 0, err
	}
	return bigEndian(all), width, nil
}

func (m *matroska) top(e element) (done bool, err error) {
	switch e.id {
	case idEBML:
		return false, m.walk(e.body, e.end, m.header)
	case idSegment:
		return true, m.walk(e.body, e.end, m.segment)
	}
	return false, nil
}

func (m *matroska) header(e element) (done bool, err error) {
	if e.id == idDocType && e.end-e.body == int64(len("webm")) {
		name, err := m.source.bytes(e.body, len("webm"))
		if err == nil && string(name) == "webm" {
			m.info.Format = "webm"
		}
		return true, err
	}
	return false, nil
}

func (m *matroska) segment(e element) (done bool, err error) {
	switch e.id {
	case idInfo:
		m.sawInfo, err = true, m.walk(e.body, e.end, m.infoField)
	case idTracks:
		err = m.walk(e.body, e.end, m.track)
	case idCluster:
		return true, nil
	}
	return m.sawInfo && m.sawTrack, err
}

func (m *matroska) infoField(e element) (done bool, err error) {
	switch e.id {
	case idTimestampScale:
		m.scale, err = m.unsigned(e)
	case idDuration:
		m.ticks, err = m.float(e)
	}
	return false, err
}

// track takes the picture from the first track that has one, and the kind from
// all of them.
func (m *matroska) track(e element) (done bool, err error) {
	if e.id != idTrackEntry {
		return false, nil
	}
	m.sawTrack, m.entry = true, trackEntry{}
	err = m.walk(e.body, e.end, m.trackField)
	switch {
	case m.entry.kind == 1 && !m.info.Picture.There:
		m.info.Picture.There = true
		m.info.Width, m.info.Height = int(m.entry.width), int(m.entry.height)
		if m.entry.frame > 0 {
			m.info.FrameRate = 1e9 / float64(m.entry.frame)
		}
	case m.entry.kind == 2:
		m.info.Sound.There = true
	}
	return false, err
}

func (m *matroska) trackField(e element) (done bool, err error) {
	switch e.id {
	case idTrackType:
		m.entry.kind, err = m.unsigned(e)
	case idDefaultDuration:
		m.entry.frame, err = m.unsigned(e)
	case idVideo:
		err = m.walk(e.body, e.end, m.videoField)
	}
	return false, err
}

func (m *matroska) videoField(e element) (done bool, err error) {
	var pixels uint64
	switch e.id {
	case idPixelWidth:
		pixels, err = m.unsigned(e)
		m.entry.width = uint16(min(pixels, math.MaxUint16))
	case idPixelHeight:
		pixels, err = m.unsigned(e)
		m.entry.height = uint16(min(pixels, math.MaxUint16))
	}
	return false, err
}

func (m *matroska) unsigned(e element) (uint64, error) {
	if e.end-e.body > 8 {
		return 0, ErrDamaged
	}
	b, err := m.source.bytes(e.body, int(e.end-e.body))
	return bigEndian(b), err
}

func (m *matroska) float(e element) (float64, error) {
	value, err := m.unsigned(e)
	switch e.end - e.body {
	case 4:
		return float64(math.Float32frombits(uint32(value))), err
	case 8:
		return math.Float64frombits(value), err
	}
	return 0, err
}

// bigEndian is the number that at most eight bytes make.
func bigEndian(b []byte) uint64 {
	var padded [8]byte
	copy(padded[8-len(b):], b)
	return binary.BigEndian.Uint64(padded[:])
}
