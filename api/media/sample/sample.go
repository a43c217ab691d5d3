// Package sample makes small media files for tests. Nothing else imports it.
package sample

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// WAV returns a silent file of so many seconds: 8-bit mono at 8 kHz.
func WAV(seconds int) []byte {
	const rate = 8000
	le := binary.LittleEndian
	data := bytes.Repeat([]byte{128}, rate*seconds)
	b := slices.Concat([]byte("RIFF"), le.AppendUint32(nil, uint32(36+len(data))), []byte("WAVEfmt "), le.AppendUint32(nil, 16))
	for _, n := range []uint16{1, 1} { // PCM, channels
		b = le.AppendUint16(b, n)
	}
	b = le.AppendUint32(le.AppendUint32(b, rate), rate)
	b = le.AppendUint16(le.AppendUint16(b, 1), 8)
	return slices.Concat(b, []byte("data"), le.AppendUint32(nil, uint32(len(data))), data)
}
