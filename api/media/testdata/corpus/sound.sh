#!/bin/sh
# Makes the files of sound/ with ffmpeg, lame, mkvmerge and Python. Run it in this
# folder; a word limits it to the families whose names it is a part of.
set -eu
mkdir -p sound
only=${1:-}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
ff() { ffmpeg -nostdin -y -v error "$@"; }
edit() { python3 sound.py "$@"; }
family() { case $1 in *"$only"*) ;; *) false ;; esac; }

# A voice: a sound that changes, in seconds, channels and samples a second. Noise is
# harder to compress, silence easier.
voice() { echo "-f lavfi -i sine=f=330:b=3:d=$1:r=${3:-44100} -ac ${2:-1}"; }
noise() { echo "-f lavfi -i anoisesrc=a=0.4:seed=1:d=$1:r=${3:-44100} -ac ${2:-1}"; }
quiet() { echo "-f lavfi -i anullsrc=r=${3:-44100}:cl=mono -t $1 -ac ${2:-1}"; }
# A picture of some seconds and frames a second.
film() { echo "-f lavfi -i testsrc2=s=64x48:r=${2:-10}:d=$1"; }

if family mp3; then
	mp3() { out=sound/$1; shift; ff "$@" -f mp3 "$out"; }
	lame64='-c:a libmp3lame -b:a 32k'
	plain='-write_xing 0 -id3v2_version 0'
	mp3 cbr.mp3 $(voice 1.7) $lame64
	mp3 cbr-plain.mp3 $(voice 1.7) $lame64 $plain
	mp3 vbr.mp3 $(noise 1.5) -q:a 8
	mp3 vbr-plain.mp3 $(noise 1.5) -q:a 8 $plain
	mp3 short.mp3 $(voice 0.2) $lame64
	mp3 stereo-48k.mp3 $(voice 2 2 48000) -b:a 48k
	mp3 mpeg2.mp3 $(voice 3 1 22050) -b:a 16k
	mp3 mpeg2-plain.mp3 $(voice 3 1 16000) -b:a 16k $plain
	mp3 mpeg25.mp3 $(voice 3 1 11025) -b:a 16k
	mp3 mpeg25-plain.mp3 $(voice 3 1 8000) -b:a 8k $plain
	ff $(voice 2 1 48000) -c:a mp2 -b:a 48k -f mp2 sound/layer2.mp2
	ff $(voice 2 1 24000) -c:a mp2 -b:a 32k -f mp2 sound/layer2-mpeg2.mp2

	# It begins at one bitrate, as most of it is not.
	ff $(quiet 2) $plain -q:a 7 -f mp3 "$made/quiet.mp3"
	ff $(noise 1) $plain -q:a 7 -f mp3 "$made/noise.mp3"
	cat "$made/quiet.mp3" "$made/noise.mp3" >sound/vbr-begins-constant.mp3

	ff $(voice 2.8 1 32000) -f wav "$made/voice.wav"
	lame --quiet -b 32 "$made/voice.wav" sound/lame-cbr.mp3
	lame --quiet -V 7 "$made/voice.wav" sound/lame-vbr.mp3
	lame --quiet --abr 40 "$made/voice.wav" sound/lame-abr.mp3
	lame --quiet -p -b 32 -t "$made/voice.wav" sound/lame-crc-plain.mp3
	lame --quiet --freeformat -b 40 -t "$made/voice.wav" sound/free-format.mp3
	lame --quiet -b 32 --tt One --ta Two --add-id3v2 --pad-id3v2-size 3000 "$made/voice.wav" sound/lame-tags.mp3

	# Parts that were joined byte by byte.
	mp3a="$made/a.mp3" mp3b="$made/b.mp3"
	ff $(voice 1.5) $lame64 -metadata title=A -write_id3v1 1 -f mp3 "$mp3a"
	ff $(voice 1.7 1 22050) -b:a 24k -metadata title=B -write_id3v1 1 -f mp3 "$mp3b"
	cat "$mp3a" "$mp3a" "$mp3a" >sound/joined-with-tags.mp3
	cat "$mp3a" "$mp3b" >sound/joined-two-rates.mp3
	cat sound/cbr-plain.mp3 sound/cbr.mp3 >sound/joined-note-in-the-middle.mp3

	# Tags and junk.
	edit id3v2 0 200 sound/cbr-plain.mp3 sound/id3v2.mp3
	edit id3v2 1000 5000 sound/id3v2.mp3 sound/id3v2-twice.mp3
	edit id3v2 0 10000 sound/cbr-plain.mp3 "$made/picture.mp3" syncs
	edit id3v1 "$made/picture.mp3" sound/id3v2-looks-like-sound.mp3
	edit id3v2 footer 500 sound/cbr.mp3 sound/id3v2-footer.mp3
	edit id3v1 sound/cbr-plain.mp3 sound/id3v1.mp3
	edit id3v1 sound/cbr-plain.mp3 sound/id3v1-enhanced.mp3 enhanced
	edit ape 3000 sound/cbr-plain.mp3 sound/ape.mp3
	edit ape 3000 sound/cbr.mp3 "$made/ape.mp3"
	edit id3v1 "$made/ape.mp3" sound/ape-id3v1.mp3
	edit ape 3000 sound/cbr-plain.mp3 sound/ape-first.mp3 first
	edit lyrics 900 sound/cbr-plain.mp3 "$made/lyrics.mp3"
	edit id3v1 "$made/lyrics.mp3" sound/lyrics3.mp3
	edit around sound/cbr-plain.mp3 sound/zeros-around.mp3 0:2000 0:3000
	edit around sound/cbr.mp3 sound/junk-around.mp3 r:700 r:1500
	edit insert sound/cbr-plain.mp3 sound/zeros-in-the-middle.mp3 6000 0:5000
	edit id3v2 0 100 "$made/quiet.mp3" "$made/padded.mp3"
	edit around "$made/noise.mp3" "$made/z.mp3" 0:4000 0:0
	cat "$made/padded.mp3" "$made/z.mp3" >sound/zeros-after-a-part.mp3

	# Notes that are wrong, and of another encoder.
	edit xing sound/cbr.mp3 sound/note-too-high.mp3 frames=4000
	edit xing sound/cbr.mp3 sound/note-too-low.mp3 frames=10
	edit xing sound/vbr.mp3 sound/note-without-bytes.mp3 nobytes
	edit vbri sound/vbr.mp3 sound/vbri.mp3

	# Cut off.
	edit half sound/cbr.mp3 sound/half.mp3
	edit half sound/cbr-plain.mp3 sound/half-plain.mp3
	edit half sound/vbri.mp3 sound/half-vbri.mp3
	edit half sound/lame-tags.mp3 sound/half-lame.mp3
	edit take sound/id3v2-twice.mp3 sound/half-in-the-tag.mp3 2000
fi

if family aac; then
	aac() { out=sound/$1; shift; ff "$@" -c:a aac -f adts "$out"; }
	aac lc.aac $(voice 3.2) -b:a 24k
	aac lc-48k-stereo.aac $(noise 1 2 48000) -b:a 64k
	aac lc-8k.aac $(voice 3 1 8000) -b:a 12k
	edit id3v2 0 300 sound/lc.aac sound/id3v2.aac
	edit id3v1 sound/lc.aac sound/id3v1.aac
	edit around sound/lc.aac sound/junk-behind.aac 0:0 0:3000
	edit around sound/lc.aac sound/junk-first.aac r:2000 0:0
	edit insert sound/lc.aac sound/junk-in-the-middle.aac 4000 r:999
	cat sound/lc.aac sound/lc-48k-stereo.aac >sound/joined.aac
	edit half sound/lc.aac sound/half.aac
fi

if family wav; then
	wav() { out=sound/$1; shift; ff "$@" -f wav "$out"; }
	wav pcm16.wav $(voice 0.5 1 8000)
	wav pcm8.wav $(voice 0.5 1 11025) -c:a pcm_u8
	wav pcm24.wav $(voice 0.3 2 8000) -c:a pcm_s24le
	wav pcm32.wav $(voice 0.3 1 8000) -c:a pcm_s32le
	wav float32.wav $(voice 0.3 1 8000) -c:a pcm_f32le
	wav float64.wav $(voice 0.2 1 8000) -c:a pcm_f64le
	wav six-channels.wav $(voice 0.1 6 8000)
	wav alaw.wav $(voice 1 1 8000) -c:a pcm_alaw
	wav mulaw.wav $(voice 1 2 8000) -c:a pcm_mulaw
	wav adpcm-ms.wav $(voice 2 1 8000) -c:a adpcm_ms
	wav adpcm-ms-stereo.wav $(voice 1 2 11025) -c:a adpcm_ms
	wav adpcm-ima.wav $(voice 2 1 8000) -c:a adpcm_ima_wav
	wav adpcm-ima-stereo.wav $(voice 1 2 11025) -c:a adpcm_ima_wav
	wav adpcm-yamaha.wav $(voice 1 1 8000) -c:a adpcm_yamaha
	wav gsm.wav $(voice 3 1 8000) -c:a libgsm_ms
	wav g722.wav $(voice 1 1 16000) -c:a g722
	wav g726.wav $(voice 1 1 8000) -c:a g726 -b:a 32k
	wav mp3.wav $(voice 2 1 22050) -c:a libmp3lame -b:a 24k
	wav mp2.wav $(voice 1 1 24000) -c:a mp2 -b:a 32k
	wav wma.wav $(voice 2 1 22050) -c:a wmav2 -b:a 24k
	wav ac3.wav $(voice 1 1 32000) -c:a ac3 -b:a 48k
	wav rf64.wav $(voice 0.3 1 8000) -rf64 always
	wav broadcast.wav $(voice 0.3 1 8000) -write_bext 1 -metadata description=x
	ff $(voice 0.3 1 8000) -f w64 sound/wave64.w64
	ff $(voice 1 1 8000) -c:a adpcm_ima_wav -f w64 sound/adpcm.w64
	ff $(voice 0.3 1 8000) -f wav - | cat >sound/piped.wav
	edit wav sound/pcm16.wav sound/size-0.wav data=0
	edit wav sound/pcm16.wav sound/size-7ffff000.wav data=0x7ffff000
	edit wav sound/adpcm-ima.wav sound/adpcm-size-0.wav data=0
	edit wav sound/adpcm-ima.wav sound/adpcm-fact-0.wav fact=0
	edit wav sound/adpcm-ms.wav sound/adpcm-no-fact.wav drop=fact
	edit wav sound/pcm16.wav sound/notes-first.wav before=LIST:777
	edit wav sound/pcm16.wav sound/notes-behind.wav behind=LIST:9000
	edit wav sound/pcm16.wav sound/empty-with-notes.wav data=0 empty behind=LIST:2000
	edit wav sound/pcm16.wav sound/big-endian.wav rifx
	edit wav sound/pcm16.wav sound/two-data-chunks.wav twice
	cat sound/pcm16.wav sound/pcm16.wav >sound/joined.wav
	edit half sound/pcm16.wav sound/half.wav
	edit half sound/adpcm-ms.wav sound/half-adpcm.wav
	edit half sound/rf64.wav sound/half-rf64.wav
	edit half sound/wave64.w64 sound/half.w64
	edit take sound/notes-first.wav sound/half-in-the-notes.wav 300
fi

if family flac; then
	flac() { out=sound/$1; shift; ff "$@" -c:a flac -f flac "$out"; }
	flac mono.flac $(voice 1 1 8000)
	flac stereo-24.flac $(voice 1 2 16000) -sample_fmt s32
	flac noise.flac $(noise 0.5 1 16000)
	flac short.flac $(voice 0.05 1 8000)
	ff $(voice 1.3 1 8000) -c:a flac -f flac - | cat >sound/piped.flac
	edit id3v2 0 100 sound/mono.flac sound/id3v2.flac
	edit id3v1 sound/mono.flac sound/id3v1.flac
	edit flac sound/piped.flac sound/no-total.flac samples=0
	edit flac sound/mono.flac sound/large-picture.flac block=6:9000
	cat sound/mono.flac sound/mono.flac >sound/joined.flac
	edit half sound/mono.flac sound/half.flac
	edit half sound/noise.flac sound/half-noise.flac
fi

if family ogg; then
	ogg() { out=sound/$1; shift; ff "$@" -f ogg "$out"; }
	ogg vorbis.ogg $(voice 2.5 1 22050) -c:a libvorbis -q:a 0
	ogg vorbis-noise.ogg $(noise 1.5 2) -c:a libvorbis -q:a -1
	ogg opus.opus $(voice 2.5 1 48000) -c:a libopus -b:a 12k
	ogg opus-60ms.opus $(noise 2 1 48000) -c:a libopus -b:a 16k -frame_duration 60
	ogg opus-2.5ms.opus $(voice 0.5 1 48000) -c:a libopus -b:a 24k -frame_duration 2.5
	ogg opus-short.opus $(voice 0.1 1 48000) -c:a libopus -b:a 12k
	ogg flac.oga $(voice 1 1 8000) -c:a flac
	ogg flac-noise.oga $(noise 0.4 1 16000) -c:a flac
	ogg speex.spx $(voice 2 1 16000) -c:a libspeex -b:a 10k
	ogg theora.ogv $(film 3) -c:v libtheora -b:v 40k
	ogg theora-vorbis.ogv $(film 2.5) $(voice 3.5 1 22050) -c:v libtheora -b:v 40k -c:a libvorbis -q:a 0
	edit ogg sound/vorbis.ogg sound/vorbis-mid-stream.ogg skip=1
	ff $(voice 6 1 22050) -c:a libvorbis -q:a 0 -page_duration 500000 -f ogg "$made/long.ogg"
	ff $(voice 6 1 48000) -c:a libopus -b:a 12k -page_duration 500000 -f ogg "$made/long.opus"
	ff $(voice 3 1 8000) -c:a flac -page_duration 500000 -f ogg "$made/long.oga"
	edit ogg "$made/long.ogg" sound/vorbis-recorded-late.ogg skip=6
	edit ogg "$made/long.opus" sound/opus-recorded-late.opus skip=6
	edit ogg "$made/long.oga" sound/flac-recorded-late.oga skip=3
	edit ogg "$made/long.opus" sound/opus-later-positions.opus add=480000000
	edit ogg "$made/long.ogg" sound/vorbis-no-end-mark.ogg noend
	cat sound/vorbis.ogg sound/vorbis-noise.ogg >sound/vorbis-chained.ogg
	cat sound/opus.opus sound/opus-60ms.opus sound/opus-short.opus >sound/opus-chained.opus
	edit ogg sound/vorbis.ogg sound/vorbis-chained-one-number.ogg repeat=3
	edit id3v1 sound/vorbis.ogg sound/vorbis-id3v1.ogg
	edit ogg sound/opus.opus sound/opus-large-picture.opus tags=70000
	edit ogg sound/opus.opus sound/opus-junk-in-the-middle.opus junk=300
	edit half sound/vorbis.ogg sound/half.ogg
	edit half sound/opus.opus sound/half.opus
	edit half sound/flac.oga sound/half.oga
	edit half sound/theora.ogv sound/half.ogv
fi
