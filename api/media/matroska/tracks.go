package matroska

import (
	"encoding/binary"
	"math"
	"strings"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

// The elements that describe a track.
const (
	idTrackEntry      = 0xAE
	idTrackNumber     = 0xD7
	idTrackType       = 0x83
	idCodec           = 0x86
	idCodecPrivate    = 0x63A2
	idCodecDelay      = 0x56AA
	idDefaultDuration = 0x23E383
	idVideo           = 0xE0
	idPixelWidth      = 0xB0
	idPixelHeight     = 0xBA
	idAudio           = 0xE1
	idSamplingRate    = 0xB5
	idChannels        = 0x9F
	idBitDepth        = 0x6264
)

// mkvTrack is one track and the state of its blocks.
type mkvTrack struct {
	number        uint64
	kind          file.Kind // Unknown for subtitles and other tracks
	codec         string
	frame         uint64  // nanoseconds per frame; 0 if not given
	delay         uint64  // nanoseconds that the decoder drops at the beginning
	rate          float64 // samples per second
	channels      uint64
	depth         uint64 // bits per sample
	width, height uint16 // pixels
	vorbis        *codec.Vorbis

	started bool
	start   int64 // ticks of the first block
	ended   bool  // last is the last block of the track
	seen    int   // number of blocks
	last    mkvBlock
	before  int64 // ticks of the block before last
}

// mkvBlock is the timing of a block.
type mkvBlock struct {
	ticks   int64
	seconds float64 // duration; 0 if unknown
	dropped float64 // seconds cut off at its end
}

// track reads the description of a track.
func (m *matroska) track(e element) error {
	const most = 128
	if e.id != idTrackEntry || len(m.tracks) == most {
		return nil
	}
	t := &mkvTrack{rate: 8000, channels: 1} // the defaults of the format
	m.tracks = append(m.tracks, t)
	return m.children(e, func(e element) error { return m.trackField(t, e) })
}

func (m *matroska) trackField(t *mkvTrack, e element) (err error) {
	switch e.id {
	case idTrackNumber:
		t.number, err = m.unsigned(e)
	case idTrackType:
		var kind uint64
		kind, err = m.unsigned(e)
		t.kind = map[uint64]file.Kind{1: file.Video, 2: file.Audio}[kind]
	case idCodec:
		var name []byte
		name, err = m.source.Bytes(e.body, int(min(e.end-e.body, 32)))
		t.codec = strings.TrimRight(string(name), "\x00")
	case idCodecPrivate:
		err = m.codecPrivate(t, e)
	case idCodecDelay:
		t.delay, err = m.unsigned(e)
	case idDefaultDuration:
		t.frame, err = m.unsigned(e)
	case idVideo, idAudio:
		err = m.children(e, func(e element) error { return m.trackDetail(t, e) })
	}
	return err
}

func (m *matroska) trackDetail(t *mkvTrack, e element) (err error) {
	var pixels uint64
	switch e.id {
	case idPixelWidth:
		pixels, err = m.unsigned(e)
		t.width = uint16(min(pixels, math.MaxUint16))
	case idPixelHeight:
		pixels, err = m.unsigned(e)
		t.height = uint16(min(pixels, math.MaxUint16))
	case idSamplingRate:
		t.rate, err = m.float(e)
	case idChannels:
		t.channels, err = m.unsigned(e)
	case idBitDepth:
		t.depth, err = m.unsigned(e)
	}
	return err
}

// codecPrivate keeps the Vorbis headers, which are needed to tell the length of
// a packet. They are stored as their number less one, the sizes of all but the
// last, and the headers themselves.
func (m *matroska) codecPrivate(t *mkvTrack, e element) error {
	const most = 64 << 10
	size := e.end - e.body
	if t.codec != "A_VORBIS" || size > most || size < 3 {
		return nil
	}
	b, err := m.source.Bytes(e.body, int(size))
	if err != nil || b[0] != 2 {
		return err
	}
	b = b[1:]
	var sizes [2]int
	for i := range sizes {
		for len(b) > 0 {
			n := b[0]
			b = b[1:]
			sizes[i] += int(n)
			if n < 255 {
				break
			}
		}
	}
	if sizes[0] < 30 || sizes[0]+sizes[1] > len(b) {
		return nil
	}
	t.vorbis = &codec.Vorbis{Short: 1 << (b[28] & 15), Long: 1 << (b[28] >> 4)}
	t.vorbis.SetUp(b[sizes[0]+sizes[1]:])
	return nil
}

// length returns how long the track lasts when decoded, and how far that may be
// off.
func (t *mkvTrack) length(scale float64) (seconds, within float64) {
	if t.seen == 0 {
		return 0, 0
	}
	stands := t.last.seconds
	if stands == 0 && t.seen > 1 {
		stands = float64(t.last.ticks-t.before) * scale
	}
	if stands == 0 || stands > 10 { // a single picture, or a pause before the last one
		stands, within = 0, max(stands, 0.1)
	}
	end := float64(t.last.ticks)*scale + stands - t.last.dropped
	return max(end-float64(t.start)*scale-float64(t.delay)/1e9, 0), within
}

// begin notes where the track begins. Pictures may be stored out of order.
func (t *mkvTrack) begin(b mkvBlock) {
	if !t.started || b.ticks < t.start {
		t.started, t.start = true, b.ticks
	}
}

// end notes where the track ends.
func (t *mkvTrack) end(b mkvBlock) {
	switch {
	case t.seen == 0:
		t.last, t.before = b, b.ticks
	case b.ticks > t.last.ticks:
		t.last, t.before = b, t.last.ticks
	case b.ticks < t.last.ticks && (b.ticks > t.before || t.before == t.last.ticks):
		t.before = b.ticks
	}
	t.seen++
}

// both notes a block as the first and as the last one.
func (t *mkvTrack) both(b mkvBlock) {
	t.begin(b)
	t.end(b)
}

// blockStands returns how long the frames of a block last, in seconds. It is 0
// if the frames do not say, or if the block says it itself. b is the beginning
// of the block's data and size its length.
func (t *mkvTrack) blockStands(b []byte, flags byte, size int64) float64 {
	frames, first := laced(b, flags)
	stands := float64(t.frame) / 1e9
	if t.kind == file.Audio {
		own := t.stands(b[first:], size-int64(first))
		if strings.HasPrefix(t.codec, "A_PCM/") {
			return own // covers all frames
		}
		if own > 0 {
			stands = own
		}
	}
	return stands * float64(frames)
}

// stands returns how long a frame of sound lasts according to its first bytes,
// in seconds, 0 if they do not say.
func (t *mkvTrack) stands(frame []byte, size int64) float64 {
	if t.rate <= 0 {
		return 0
	}
	name, _, _ := strings.Cut(t.codec, "/")
	switch name {
	case "A_OPUS":
		return float64(codec.OpusSamples(frame)) / 48000
	case "A_AAC":
		return 1024 / t.rate
	case "A_AC3":
		return 1536 / t.rate
	case "A_ALAC":
		return float64(codec.AlacSamples(frame)) / t.rate
	case "A_MPEG":
		if f, ok := (codec.MPEG{}).Parse(frame); ok {
			return f.Seconds()
		}
	case "A_FLAC":
		if f, ok := codec.ParseFLAC(frame); ok {
			return float64(f.Samples) / t.rate
		}
	case "A_VORBIS":
		return t.vorbisStands(frame)
	case "A_PCM":
		return t.pcmStands(size)
	}
	return 0
}

// pcmStands returns how long size bytes of uncompressed sound last.
func (t *mkvTrack) pcmStands(size int64) float64 {
	each := t.channels * t.depth / 8
	if each == 0 {
		return 0
	}
	return float64(size) / float64(each) / t.rate
}

// vorbisStands returns half a block; the other half overlaps the next one.
func (t *mkvTrack) vorbisStands(frame []byte) float64 {
	if t.vorbis == nil {
		return 0
	}
	v := *t.vorbis
	v.Samples(frame) // the first block alone yields nothing
	return float64(v.Samples(frame)) / t.rate
}

// laced reads the frame sizes in a block. It returns the number of frames and
// the offset of the first.
func laced(b []byte, flags byte) (frames, first int) {
	const xiph, fixed, ebml = 1, 2, 3
	lacing := flags >> 1 & 3
	if lacing == 0 || len(b) == 0 {
		return 1, 0
	}
	frames, first = int(b[0])+1, 1
	for n := 1; n < frames && lacing != fixed && first < len(b); n++ {
		if lacing == xiph {
			for first < len(b) && b[first] == 255 {
				first++
			}
			first++
			continue
		}
		width := 1
		for width < 8 && b[first]&(0x80>>(width-1)) == 0 {
			width++
		}
		first += width
	}
	return frames, min(first, len(b))
}

// blockHead reads the header of a block: its track, its ticks relative to the
// cluster, and its flags. size is the length of the header, 0 if it is cut off.
func blockHead(b []byte) (track uint64, ticks int16, flags byte, size int) {
	width := 1
	for width < 8 && len(b) > 0 && b[0]&(0x80>>(width-1)) == 0 {
		width++
	}
	if len(b) < width+3 {
		return 0, 0, 0, 0
	}
	track = file.BigEndian(b[:width]) ^ 1<<(7*width)
	return track, int16(binary.BigEndian.Uint16(b[width:])), b[width+2], width + 3
}
