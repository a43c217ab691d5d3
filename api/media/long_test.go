package media

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// adtsVariable returns frames of 1024 samples at 44.1 kHz, alternating between
// two lengths.
func adtsVariable(frames int) []byte {
	frame := func(length int) []byte {
		header := []byte{0xff, 0xf1, 0x50, 0x80 | byte(length>>11), byte(length >> 3), byte(length<<5) | 0x1f, 0xfc}
		return join(header, zeros(length-len(header)))
	}
	return bytes.Repeat(join(frame(300), frame(500)), frames/2)
}

// webmLargeClusters returns clusters of ten seconds and a megabyte, too large
// to be found from the end, and an index of them.
func webmLargeClusters(clusters int) []byte {
	info := ebml(idTimestampScale, be32(1_000_000))
	head := webmHead(info)
	seek := func(cues int) []byte { // always of the same length
		return ebml(idSeekHead, ebml(idSeek, ebml(idSeekID, be32(idCues)), ebml(idSeekPosition, be64(uint64(cues)))))
	}
	segment := bytes.Index(head, be64(1<<57-1)) + 8 // positions are relative to this offset
	file := join(head, seek(0))
	var cues []byte
	for n := range clusters {
		place := ebml(idCueTrackPositions, ebml(idCueClusterPosition, be64(uint64(len(file)-segment))))
		cues = join(cues, ebml(idCuePoint, place))
		blocks := ebml(idTimestamp, be32(uint32(n)*10_000))
		for second := range int16(10) {
			frame := ebml(idSimpleBlock, []byte{0x82}, be16(uint16(second*1000)), []byte{0x80}, zeros(100_000))
			blocks = join(blocks, webmBlock(1, second*1000), frame)
		}
		file = join(file, ebml(idCluster, blocks))
	}
	copy(file[len(head):], seek(len(file)-segment))
	return join(file, ebml(idCues, cues))
}

// aviSample returns a movie with 25 pictures of a kilobyte per second and an
// index at its end. claimed is the number of pictures in its header.
func aviSample(frames int, claimed uint32) []byte {
	chunk := func(name string, parts ...[]byte) []byte {
		body := join(parts...)
		return join([]byte(name), le32(uint32(len(body))), body)
	}
	strh := chunk("strh", []byte("vids"), zeros(16), le32(1), le32(25), zeros(4), le32(claimed), zeros(8), zeros(12))
	strf := chunk("strf", le32(40), le32(320), le32(180), zeros(28))
	frame := chunk("00dc", zeros(1000))
	movi := chunk("LIST", []byte("movi"), bytes.Repeat(frame, frames))
	entry := join([]byte("00dc"), zeros(8), le32(1000))
	body := join([]byte("AVI "), chunk("LIST", []byte("hdrl"), chunk("LIST", []byte("strl"), strh, strf)), movi, chunk("idx1", bytes.Repeat(entry, frames)))
	return join([]byte("RIFF"), le32(uint32(len(body))), body)
}

// renumbered changes the serial number of an Ogg stream.
func renumbered(file []byte) []byte {
	file = bytes.Clone(file)
	for at := 0; ; {
		file[at+14]++
		next := bytes.Index(file[at+1:], []byte("OggS"))
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return file
}

// TestLongFilesByLink measures files too large to be read completely. An
// estimate must say how far it may be off, a missing end must be noticed, and
// if the part that is read cannot tell the length, there must be no result.
func TestLongFilesByLink(t *testing.T) {
	mp3, opus := mp3Variable(8_000), opusSample(90, 60_000)
	other := renumbered(opus)
	avi := aviSample(3_000, 3_000)
	tests := []struct {
		name    string
		file    []byte
		seconds float64
		guessed bool
		err     error
	}{
		{"mp3", mp3, 8_000 * 1152 / 44_100.0, true, nil},
		{"mp3 cut off within a frame", mp3[:len(mp3)-200], 0, false, ErrCutOff},
		{"mp3 cut off, counted", mp3Noted(8_000)[:3*mega], 0, false, ErrCutOff},
		{"mp3 joined, counted in its first part", join(mp3Noted(4_000), mp3Noted(4_000)), 8_000 * 1152 / 44_100.0, true, nil},
		{"aac", adtsVariable(8_000), 8_000 * 1024 / 44_100.0, true, nil},
		{"aac cut off", adtsVariable(8_000)[:2*mega+77], 0, false, ErrCutOff},
		{"opus", opus, 90, false, nil},
		{"opus cut off", opus[:len(opus)-20_000], 0, false, ErrCutOff},
		{"opus joined", join(opus, other), 0, false, ErrTooFar},
		{"opus joined under one number", join(opus, opus), 0, false, ErrTooFar},
		{"webm of large clusters", webmLargeClusters(4), 39.04, false, nil},
		{"webm cut off in a large cluster", webmLong(60)[:2*mega], 0, false, ErrCutOff},
		{"avi", avi, 120, false, nil},
		{"avi with a wrong header", aviSample(3_000, 77), 120, false, nil},
		{"avi cut off", avi[:2*mega], 0, false, ErrCutOff},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			local, localErr := probe(t, test.file)
			info, w, err := remoteFrom(t.Context(), ranged(test.file), Unknown)
			if !errors.Is(err, test.err) || w.sent > MaxRemote {
				t.Fatalf("%v after %d bytes, want %v", err, w.sent, test.err)
			}
			if test.err == nil && (math.Abs(info.Seconds-test.seconds) > info.Within+1e-3 || test.guessed != (info.Within > 0)) {
				t.Errorf("%v s within %v, want %v", info.Seconds, info.Within, test.seconds)
			}
			if test.err != ErrTooFar && !errors.Is(localErr, test.err) {
				t.Errorf("as a local file: %v", localErr)
			}
			if test.err == nil && (math.Abs(local.Seconds-test.seconds) > 0.05 || local.Within != 0) {
				t.Errorf("as a local file %v s within %v, want %v", local.Seconds, local.Within, test.seconds)
			}
		})
	}
}

// TestFreeFormatFrames finds frames without a length, behind junk.
func TestFreeFormatFrames(t *testing.T) {
	frame := join([]byte{0xff, 0xfb, 0x04, 0x00}, bytes.Repeat([]byte{7}, 380)) // 48 kHz
	file := slices.Concat(zeros(99), bytes.Repeat(frame, 50))
	info, err := probe(t, file)
	if want := 50 * 1152 / 48_000.0; err != nil || math.Abs(info.Seconds-want) > 1e-9 {
		t.Errorf("%v s, %v; want %v", info.Seconds, err, want)
	}
}
