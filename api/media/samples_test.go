package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"dubtop/api/media/codec"
)

// The samples are built field by field, so that every number in a test is
// visible and nothing has to be downloaded.

func be16(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
func be64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
func le16(n uint16) []byte { return binary.LittleEndian.AppendUint16(nil, n) }
func le32(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
func le64(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
func zeros(n int) []byte   { return make([]byte, n) }
func join(parts ...[]byte) []byte {
	return slices.Concat(parts...)
}

// box is an MP4 box.
func box(kind string, payload ...[]byte) []byte {
	body := join(payload...)
	return join(be32(uint32(8+len(body))), []byte(kind), body)
}

func ftyp(brand string) []byte { return box("ftyp", []byte(brand), zeros(4), []byte(brand)) }

// mvhd is a movie header of version 0.
func mvhd(timescale, duration uint32) []byte {
	return box("mvhd", zeros(12), be32(timescale), be32(duration), zeros(80))
}

// trackOf returns a trak box with the headers that are read and a sample table
// that must not be read.
func trackOf(id uint32, handler string, timescale, duration, samples uint32, width, height uint16) []byte {
	return box("trak",
		box("tkhd", zeros(12), be32(id), zeros(4), be32(duration), zeros(52), be32(uint32(width)<<16), be32(uint32(height)<<16)),
		box("mdia",
			box("mdhd", zeros(12), be32(timescale), be32(duration), zeros(4)),
			box("hdlr", zeros(8), []byte(handler), zeros(12), []byte("handler\x00")),
			box("minf", box("stbl", box("stsz", zeros(8), be32(samples), zeros(4*int(samples)))))))
}

// clip is the description of 12.5 s of 25 frames per second, 640 × 360, with
// slightly shorter sound.
func clip() []byte {
	return box("moov", mvhd(1000, 12_500),
		trackOf(1, "vide", 12_800, 160_000, 312, 640, 360),
		trackOf(2, "soun", 48_000, 595_200, 581, 0, 0))
}

func mp4Sample(brand string, mediaBytes int) []byte {
	return join(ftyp(brand), clip(), box("mdat", zeros(mediaBytes)))
}

func mp4MoovLast(mediaBytes int) []byte {
	return join(ftyp("isom"), box("free"), box("mdat", zeros(mediaBytes)), clip())
}

// fragmented returns a movie of two fragments with 2 s and 50 frames each.
func fragmented(extra ...[]byte) []byte {
	moov := box("moov", mvhd(1000, 2000), trackOf(1, "vide", 1000, 0, 0, 320, 240),
		box("mvex", join(slices.Concat(extra...), box("trex", zeros(4), be32(1), be32(1), be32(40), zeros(8)))))
	byDefault := box("moof", box("traf", box("tfhd", zeros(4), be32(1)), box("tfdt", zeros(8)),
		box("trun", zeros(4), be32(50))))
	var entries []byte
	for range 50 {
		entries = append(entries, be32(40)...)
	}
	oneByOne := box("moof", box("traf", box("tfhd", zeros(4), be32(1)),
		box("trun", be32(0x101), be32(50), zeros(4), entries)))
	return join(ftyp("iso5"), moov, byDefault, box("mdat", zeros(100)), oneByOne, box("mdat", zeros(100)))
}

// wavSample returns seconds of 16-bit mono sound at 8 kHz, behind a chunk of
// notes with an odd size.
func wavSample(seconds int) []byte {
	format := join(le16(1), le16(1), le32(8000), le32(16000), le16(2), le16(16))
	data := zeros(16000 * seconds)
	return join([]byte("RIFF"), le32(uint32(4+8+4+8+16+8+len(data))), []byte("WAVE"),
		[]byte("note"), le32(3), []byte("abc\x00"),
		[]byte("fmt "), le32(16), format, []byte("data"), le32(uint32(len(data))), data)
}

// rf64Sample claims to contain an hour of CD sound. Only the ds64 chunk of such
// a file knows its sizes.
func rf64Sample() []byte {
	const bytesOfSound = 3600 * 176_400
	format := join(le16(1), le16(2), le32(44_100), le32(176_400), le16(4), le16(16))
	return join([]byte("RF64"), le32(math.MaxUint32), []byte("WAVE"),
		[]byte("ds64"), le32(28), le64(bytesOfSound+80), le64(bytesOfSound), le64(0), le32(0),
		[]byte("fmt "), le32(16), format, []byte("data"), le32(math.MaxUint32))
}

// mp3Frame returns a frame of 128 kbit/s at 44.1 kHz, stereo: 417 bytes, 1152
// samples. Index 9 means 128 kbit/s, 11 means 192.
func mp3Frame(bitrateIndex byte) []byte {
	header := []byte{0xff, 0xfb, bitrateIndex << 4, 0}
	f, _ := codec.MPEG{}.Parse(header)
	return join(header, zeros(f.Length-4))
}

func mp3Constant(frames int) []byte {
	return bytes.Repeat(mp3Frame(9), frames)
}

// mp3Variable returns frames alternating between two bitrates, without a count.
func mp3Variable(frames int) []byte {
	return bytes.Repeat(join(mp3Frame(9), mp3Frame(11)), frames/2)
}

// mp3Xing is variable, with the number of frames noted by the encoder.
func mp3Xing(frames uint32) []byte {
	first := mp3Frame(9)
	copy(first[36:], join([]byte("Xing"), be32(1), be32(frames)))
	return join(first, mp3Variable(int(frames)))
}

// mp3Noted also has its number of bytes noted.
func mp3Noted(frames uint32) []byte {
	file := mp3Xing(frames)
	copy(file[40:], join(be32(3), be32(frames), be32(uint32(len(file)))))
	return file
}

func mp3VBRI(frames uint32) []byte {
	first := mp3Frame(9)
	copy(first[36:], join([]byte("VBRI"), zeros(10), be32(frames)))
	return join(first, mp3Variable(int(frames)))
}

// id3 is a tag of n bytes after its header.
func id3(n int) []byte {
	return join([]byte("ID3\x04\x00\x00"), []byte{byte(n >> 21 & 0x7f), byte(n >> 14 & 0x7f), byte(n >> 7 & 0x7f), byte(n & 0x7f)}, zeros(n))
}

// flacSample returns two frames, the first and the last one of the samples;
// none if there are no samples.
func flacSample(rate, samples uint64) []byte {
	const block = 4096
	head := join([]byte("fLaC\x80\x00\x00\x22"), be16(block), be16(block), zeros(6), be64(rate<<44|1<<41|15<<36|samples), zeros(16))
	if samples == 0 {
		return head
	}
	frame := func(n, size uint64) []byte {
		header := join([]byte{0xff, 0xf8, 0x70, 0x08}, []byte(string(rune(n))), be16(uint16(size-1)))
		return join(header, []byte{codec.CRC8(header)}, zeros(99))
	}
	last := (samples - 1) / block
	return join(head, frame(0, block), frame(max(last, 1)-1, block), frame(last, samples-last*block))
}

// oggPage returns a page with one packet.
func oggPage(number uint32, flags byte, granule uint64, packet []byte) []byte {
	lacing := append(bytes.Repeat([]byte{255}, len(packet)/255), byte(len(packet)%255))
	return join([]byte("OggS\x00"), []byte{flags}, le64(granule), le32(7), le32(number), zeros(4), []byte{byte(len(lacing))}, lacing, packet)
}

// opusSample returns one second of sound per page, and the rest on the last
// page. Pages have extra bytes.
func opusSample(seconds, extra int) []byte {
	head := join([]byte("OpusHead\x01\x02"), le16(312), le32(44_100), zeros(3))
	file := join(oggPage(0, oggFirst, 0, head), oggPage(1, 0, 0, []byte("OpusTags")))
	for n := range uint64(seconds) {
		second := join([]byte{31<<3 | 3, 50}, zeros(extra)) // 50 frames of 20 ms
		file = append(file, oggPage(uint32(n+2), 0, 48_000*(n+1), second)...)
	}
	return join(file, oggPage(uint32(seconds+2), oggLast, uint64(48_000*seconds+312), []byte{31 << 3}))
}

// vorbisSample contains only positions, no sound.
func vorbisSample(rate uint32, samples uint64) []byte {
	head := join([]byte("\x01vorbis"), zeros(4), []byte{2}, le32(rate), zeros(14))
	return join(oggPage(0, oggFirst, 0, head), oggPage(1, 0, 0, []byte("\x03vorbis")), oggPage(2, 0, 0, []byte("\x05vorbis")),
		oggPage(3, 0, 0, zeros(9)), oggPage(4, oggLast, samples, zeros(200)))
}

// ebml returns a Matroska element. Its size always has eight bytes.
func ebml(id uint64, payload ...[]byte) []byte {
	body := join(payload...)
	number := bytes.TrimLeft(be64(id), "\x00")
	return join(number, be64(1<<56|uint64(len(body))), body)
}

// webmSample returns a video of 320 × 180 with its first and last frames. A
// duration of 0 is left out, as browsers do, and so are the frames. The segment
// has no size.
func webmSample(milliseconds float32) []byte {
	info := ebml(idTimestampScale, be32(1_000_000))
	var blocks []byte
	if milliseconds > 0 {
		info = append(info, ebml(idDuration, be32(math.Float32bits(milliseconds)))...)
		end := int16(milliseconds)
		blocks = join(webmBlock(1, 0), webmBlock(2, 0), webmBlock(1, end-20), webmBlock(2, end-40))
	}
	return join(webmHead(info), ebml(idCluster, ebml(idTimestamp, []byte{0}), blocks))
}

// webmLong has a frame of 50,000 bytes per second.
func webmLong(seconds int) []byte {
	file := webmHead(ebml(idTimestampScale, be32(1_000_000)))
	for n := range seconds {
		frame := ebml(idSimpleBlock, []byte{0x82}, be16(0), []byte{0x80}, zeros(50_000))
		file = append(file, ebml(idCluster, ebml(idTimestamp, be32(uint32(n)*1000)), webmBlock(1, 0), frame)...)
	}
	return file
}

// webmHead returns everything before the clusters.
func webmHead(info []byte) []byte {
	sound := ebml(idTrackEntry, ebml(idTrackNumber, []byte{1}), ebml(idTrackType, []byte{2}), ebml(idDefaultDuration, be32(20_000_000)))
	picture := ebml(idTrackEntry, ebml(idTrackNumber, []byte{2}), ebml(idTrackType, []byte{1}), ebml(idDefaultDuration, be32(40_000_000)),
		ebml(idVideo, ebml(idPixelWidth, be16(320)), ebml(idPixelHeight, be16(180))))
	return join(ebml(idEBML, ebml(idDocType, []byte("webm"))),
		join(be32(idSegment), be64(1<<57-1)), ebml(idSeekHead, ebml(idVoid, zeros(50))),
		ebml(idInfo, info), ebml(idTracks, sound, picture))
}

// webmBlock returns a frame of a track.
func webmBlock(track byte, milliseconds int16) []byte {
	return ebml(idSimpleBlock, []byte{0x80 | track}, be16(uint16(milliseconds)), []byte{0x80}, zeros(100))
}

func imageSample(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := encode(&file, image.NewPaletted(image.Rect(0, 0, 48, 32), palette())); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func pngSample(t testing.TB) []byte { return imageSample(t, png.Encode) }

func jpegSample(t testing.TB) []byte {
	return imageSample(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
}

func gifSample(t testing.TB) []byte {
	return imageSample(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) })
}

// webpSample returns the header of a lossless WebP of 48 × 32.
func webpSample() []byte {
	packed := uint32(48-1) | uint32(32-1)<<14
	body := join([]byte("VP8L"), le32(10), []byte{0x2f}, le32(packed), zeros(5))
	return join([]byte("RIFF"), le32(uint32(4+len(body))), []byte("WEBP"), body)
}

const loginPage = "\n<!DOCTYPE html><html><title>Sign in</title></html>"

func longPage() []byte { return []byte(loginPage + strings.Repeat(" ", 2000)) }
