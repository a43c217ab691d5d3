package media

import (
	"errors"
	"io"
)

// The elements of Matroska used in the samples.
const (
	idCluster            = 0x1F43B675
	idCueClusterPosition = 0xF1
	idCuePoint           = 0xBB
	idCueTrackPositions  = 0xB7
	idCues               = 0x1C53BB6B
	idDefaultDuration    = 0x23E383
	idDocType            = 0x4282
	idDuration           = 0x4489
	idEBML               = 0x1A45DFA3
	idInfo               = 0x1549A966
	idPixelHeight        = 0xBA
	idPixelWidth         = 0xB0
	idSeek               = 0x4DBB
	idSeekHead           = 0x114D9B74
	idSeekID             = 0x53AB
	idSeekPosition       = 0x53AC
	idSegment            = 0x18538067
	idSimpleBlock        = 0xA3
	idTimestamp          = 0xE7
	idTimestampScale     = 0x2AD7B1
	idTrackEntry         = 0xAE
	idTrackNumber        = 0xD7
	idTrackType          = 0x83
	idTracks             = 0x1654AE6B
	idVideo              = 0xE0
	idVoid               = 0xEC
)

// Numbers of other formats used in the samples and the expected lengths.
const (
	oggFirst     = 2   // flag of the first page of a stream
	oggLast      = 4   // flag of the last page
	decoderDelay = 529 // samples dropped by an MP3 decoder
	chunkSize    = 64 << 10
	maxTracks    = 64 // of an MP4
)

// ended reports whether an error is a bare end of file, which tells the user
// nothing.
func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
