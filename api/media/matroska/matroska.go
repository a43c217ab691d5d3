// Package matroska measures WebM and Matroska files by the times of their first
// and last blocks.
//
// It believes the length in the header only where it cannot read the blocks, and
// never decodes a frame.
package matroska

import (
	"cmp"
	"errors"
	"math"
	"math/bits"

	"dubtop/api/media/file"
)

// The elements that matter for the length. Their numbers include the length
// marker, as in the specification.
const (
	idEBML           = 0x1A45DFA3
	idDocType        = 0x4282
	idSegment        = 0x18538067
	idSeekHead       = 0x114D9B74
	idSeek           = 0x4DBB
	idSeekID         = 0x53AB
	idSeekPosition   = 0x53AC
	idInfo           = 0x1549A966
	idTimestampScale = 0x2AD7B1
	idDuration       = 0x4489
	idTracks         = 0x1654AE6B
	idCluster        = 0x1F43B675
	idCues           = 0x1C53BB6B
	idTags           = 0x1254C367
	idChapters       = 0x1043A770
	idAttachments    = 0x1941A469
)

// element is the header of an element: its number and the position of its body.
// An open element has no size, because the program that wrote it did not know
// it yet.
type element struct {
	id            uint64
	at, body, end int64
	open          bool
}

// matroska is a file being measured.
type matroska struct {
	source  *file.Source
	format  string
	scale   float64 // seconds per tick
	ticks   float64 // length of the longest track according to Info; 0 if not given
	tracks  []*mkvTrack
	segment element
	first   int64            // offset of the first cluster; 0 until known
	seeks   map[uint64]int64 // offsets of the other elements of the segment
	sawInfo bool
	base    int64 // time of the cluster, which its blocks count from
}

// Measure takes the length of a track from its first and its last block. The
// length in Info is that of the longest track, perhaps one of subtitles, and
// browser recordings have none. The lengths of joined files are added up.
func Measure(s *file.Source) (file.Info, error) {
	const most = 1000
	_, unsized := s.End()
	info, at, err := matroskaAt(s, 0, unsized)
	for n := 0; err == nil && unsized == nil && at < s.Size() && n < most; n++ {
		magic, err := s.Some(at, 4)
		if err != nil || len(magic) < 4 || file.BigEndian(magic) != idEBML {
			break
		}
		if !s.Readable() {
			return info, file.ErrJoined()
		}
		var more file.Info
		if more, at, err = matroskaAt(s, at, nil); err != nil {
			return info, err
		}
		add(&info.Picture, more.Picture)
		add(&info.Sound, more.Sound)
	}
	return info, err
}

// add appends the length of another track.
func add(t *file.Track, more file.Track) {
	t.Seconds += more.Seconds
	t.Within += more.Within
}

// matroskaAt measures the file that begins at an offset and returns where it
// ends.
func matroskaAt(s *file.Source, at int64, unsized error) (file.Info, int64, error) {
	m := &matroska{source: s, format: "mkv", scale: 1e-3, seeks: map[uint64]int64{}}
	if err := m.head(at); err != nil {
		return file.Info{}, 0, err
	}
	if len(m.tracks) == 0 {
		return file.Info{}, 0, file.ErrDamaged
	}
	info, end, err := m.info(), min(m.segment.end, s.Size()), unsized
	switch {
	case len(m.wanted()) == 0:
		return info, end, nil
	case unsized != nil:
	case !m.segment.open && m.segment.end > s.Size():
		return info, end, file.ErrCutOff
	case m.first == 0:
		return info, end, file.ErrNoLength
	case s.Readable():
		end, err = m.near()
	default:
		err = m.far()
	}
	if err != nil {
		return info, end, m.declared(&info, err)
	}
	m.fill(&info)
	return info, end, nil
}

// info returns the description of the tracks without the lengths.
func (m *matroska) info() file.Info {
	info := file.Info{Format: m.format}
	for _, t := range m.tracks {
		switch {
		case t.kind == file.Video && !info.Picture.There:
			info.Picture.There = true
			info.Width, info.Height = int(t.width), int(t.height)
			if t.frame > 0 {
				info.FrameRate = 1e9 / float64(t.frame)
			}
		case t.kind == file.Audio:
			info.Sound.There = true
		}
	}
	return info
}

// wanted returns the tracks to be measured: the first of each wanted kind.
func (m *matroska) wanted() []*mkvTrack {
	var wanted []*mkvTrack
	for _, kind := range []file.Kind{file.Video, file.Audio} {
		for _, t := range m.tracks {
			if t.kind == kind && (m.source.Want() == file.Unknown || m.source.Want() == kind) {
				wanted = append(wanted, t)
				break
			}
		}
	}
	return wanted
}

// fill enters the lengths of the wanted tracks.
func (m *matroska) fill(info *file.Info) {
	for _, t := range m.wanted() {
		track := &info.Sound
		if t.kind == file.Video {
			track = &info.Picture
		}
		track.Seconds, track.Within = t.length(m.scale)
	}
}

// declared takes the length from the header where blocks cannot be read. It is
// trusted only for a single track, and only if the file has the size it had
// when the length was written.
func (m *matroska) declared(info *file.Info, err error) error {
	whole := m.source.Sized() && !m.segment.open && m.segment.end == m.source.Size()
	if len(m.tracks) > 1 || m.ticks == 0 || !whole || !errors.Is(err, file.ErrTooFar) {
		return err
	}
	seconds := m.ticks * m.scale
	if info.Picture.There {
		info.Picture.Seconds = seconds
	} else {
		info.Sound.Seconds = seconds
	}
	return nil
}

// head reads everything before the first cluster.
func (m *matroska) head(at int64) error {
	for {
		e, err := m.element(at)
		if err != nil {
			return err
		}
		switch e.id {
		case idEBML:
			err = m.children(e, m.header)
		case idSegment:
			m.segment = e
			return m.beginning()
		}
		if err != nil || e.open {
			return cmp.Or(err, error(file.ErrDamaged))
		}
		at = e.end
	}
}

// beginning reads the elements of the segment up to the first cluster, then
// those that the seek head locates behind it.
func (m *matroska) beginning() error {
	end := min(m.segment.end, m.source.Size())
	for at := m.segment.body; at < end; {
		e, err := m.element(at)
		switch {
		case err != nil:
			return m.endsIn(at, m.source.Size(), err)
		case e.id == idCluster:
			m.first = at
			return m.later()
		case e.open:
			return file.ErrDamaged
		case e.end > m.source.Size():
			return file.ErrCutOff
		}
		if err = m.top(e); err != nil {
			return err
		}
		at = e.end
	}
	return m.later()
}

// later reads elements that should have come before the first cluster.
func (m *matroska) later() error {
	for _, id := range []uint64{idInfo, idTracks} {
		missing := id == idInfo && !m.sawInfo || id == idTracks && len(m.tracks) == 0
		at, ok := m.seeks[id]
		if !missing || !ok {
			continue
		}
		e, err := m.element(at)
		if err != nil || e.id != id || e.open {
			return cmp.Or(err, error(file.ErrDamaged))
		}
		if err = m.top(e); err != nil {
			return err
		}
	}
	return nil
}

// top reads an element of the segment.
func (m *matroska) top(e element) error {
	switch e.id {
	case idSeekHead:
		return m.children(e, m.seek)
	case idInfo:
		m.sawInfo = true
		return m.children(e, m.infoField)
	case idTracks:
		return m.children(e, m.track)
	}
	return nil
}

// element reads the header of the element at an offset. An open element ends at
// math.MaxInt64.
func (m *matroska) element(at int64) (element, error) {
	id, width, err := m.number(at)
	if err != nil {
		return element{}, err
	}
	size, sizeWidth, err := m.number(at + width)
	if err != nil {
		return element{}, err
	}
	e := element{id: id, at: at, body: at + width + sizeWidth}
	mark := uint64(1) << (7 * sizeWidth)
	size ^= mark
	if e.open = size == mark-1; e.open {
		e.end = math.MaxInt64
		return e, nil
	}
	if size > math.MaxInt64/2 {
		return element{}, file.ErrDamaged
	}
	e.end = e.body + int64(size)
	return e, nil
}

// number reads a variable-length number. Its leading zero bits tell its width;
// the marker bit is kept.
func (m *matroska) number(at int64) (value uint64, width int64, err error) {
	first, err := m.source.Bytes(at, 1)
	if err != nil {
		return 0, 0, err
	}
	width = int64(bits.LeadingZeros8(first[0])) + 1
	if width > 8 {
		return 0, 0, file.ErrDamaged
	}
	all, err := m.source.Bytes(at, int(width))
	if err != nil {
		return 0, 0, err
	}
	return file.BigEndian(all), width, nil
}

// children calls visit for each element inside parent.
func (m *matroska) children(parent element, visit func(element) error) error {
	for at := parent.body; at < parent.end; {
		e, err := m.element(at)
		if err != nil {
			return m.source.CutAt(min(parent.end, at+16), err)
		}
		if e.open || e.end > parent.end {
			return file.ErrDamaged
		}
		if err := visit(e); err != nil {
			return m.source.CutAt(e.end, err)
		}
		at = e.end
	}
	return nil
}

func (m *matroska) header(e element) error {
	if e.id == idDocType && e.end-e.body == int64(len("webm")) {
		name, err := m.source.Bytes(e.body, len("webm"))
		if err != nil {
			return err
		}
		if string(name) == "webm" {
			m.format = "webm"
		}
	}
	return nil
}

// seek notes the position of an element of the segment.
func (m *matroska) seek(e element) error {
	if e.id != idSeek {
		return nil
	}
	var id, position uint64
	err := m.children(e, func(e element) (err error) {
		switch e.id {
		case idSeekID:
			id, err = m.unsigned(e)
		case idSeekPosition:
			position, err = m.unsigned(e)
		}
		return err
	})
	if err == nil && position < math.MaxInt64/2 {
		m.seeks[id] = m.segment.body + int64(position)
	}
	return err
}

func (m *matroska) infoField(e element) (err error) {
	switch e.id {
	case idTimestampScale:
		var scale uint64
		if scale, err = m.unsigned(e); scale > 0 {
			m.scale = float64(scale) / 1e9
		}
	case idDuration:
		m.ticks, err = m.float(e)
	}
	return err
}

func (m *matroska) unsigned(e element) (uint64, error) {
	if e.end-e.body > 8 {
		return 0, file.ErrDamaged
	}
	b, err := m.source.Bytes(e.body, int(e.end-e.body))
	return file.BigEndian(b), err
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
