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

if family mkv; then
	mkv() { out=sound/$1; shift; ff "$@" -fflags +bitexact "$out"; }
	vp8='-c:v libvpx -b:v 20k -g 15' x264='-c:v libx264 -preset veryslow -crf 40 -g 15 -pix_fmt yuv420p -threads 1'
	opus='-c:a libopus -b:a 10k' vorbis='-c:a libvorbis -q:a 0'
	mkv vp8.webm $(film 3.2) $vp8
	mkv vp8-opus.webm $(film 2.5) $(voice 2.5 1 48000) $vp8 $opus
	mkv vp8-longer-sound.webm $(film 2) $(voice 3.5 1 22050) $vp8 $vorbis
	mkv vp9-shorter-sound.webm $(film 3) $(voice 1 1 48000) -c:v libvpx-vp9 -b:v 20k -g 15 $opus
	mkv av1.webm $(film 2) -c:v libaom-av1 -b:v 20k -cpu-used 8 -g 15
	mkv opus.webm $(voice 2.5 1 48000) $opus
	mkv opus-60ms.webm $(voice 2.5 1 48000) $opus -frame_duration 60
	mkv vorbis.webm $(voice 2.5 1 22050) $vorbis
	mkv h264-aac.mkv $(film 2.4 12) $(voice 2.4) $x264 -bf 3 -c:a aac -b:a 16k
	mkv h264-24000-1001.mkv $(film 2.4 24000/1001) $x264 -bf 2
	mkv mpeg4-mp3.mkv $(film 2) $(voice 2 1 22050) -c:v mpeg4 -b:v 20k -c:a libmp3lame -b:a 16k
	mkv h265-flac.mkv $(film 2) $(voice 1 1 8000) -c:v libx265 -x265-params log-level=none:crf=40 -c:a flac
	mkv pcm.mka $(voice 0.6 1 8000) -c:a pcm_s16le
	mkv pcm24-stereo.mka $(voice 0.3 2 8000) -c:a pcm_s24le
	mkv aac.mka $(voice 2.5) -c:a aac -b:a 16k
	mkv mp3.mka $(voice 2.5 1 22050) -c:a libmp3lame -b:a 16k
	mkv flac.mka $(voice 1 1 8000) -c:a flac
	mkv ac3.mka $(voice 1 1 32000) -c:a ac3 -b:a 40k
	mkv alac.mka $(voice 0.6 1 8000) -c:a alac
	printf '1\n00:00:00,500 --> 00:00:01,000\nHello\n\n2\n00:00:07,000 --> 00:00:09,500\nlonger\n' >"$made/s.srt"
	head -c 3000 /dev/zero >"$made/letters.ttf"
	mkv subtitles.mkv $(film 2) $(voice 1.5 1 48000) -i "$made/s.srt" -map 0 -map 1 -map 2 $vp8 $opus -c:s srt
	mkv attachment.mkv $(film 2) $vp8 -attach "$made/letters.ttf" -metadata:s:t mimetype=font/ttf
	mkv late-sound.mkv $(film 3) -itsoffset 1.2 $(voice 1.5 1 48000) $vp8 $opus
	mkv late-picture.mkv -itsoffset 0.8 $(film 2) $(voice 3 1 48000) -map 0 -map 1 $vp8 $opus
	mkv small-clusters.mkv $(film 3) $(voice 3 1 48000) $vp8 $opus -cluster_time_limit 300
	mkv index-first.mkv $(film 3) $vp8 -cluster_time_limit 500 -cues_to_front 1
	mkv from-a-pipe.webm $(film 2.5) $(voice 2.5 1 48000) $vp8 $opus -live 1
	ff $(film 2.5) $(voice 2.5 1 48000) $vp8 $opus -fflags +bitexact -f webm - | cat >sound/piped.webm
	ff $(film 2.5) $(voice 2.5 1 48000) $x264 $vorbis -fflags +bitexact -f matroska - | cat >sound/piped.mkv
	mkv slow.mkv $(film 4 1) $vp8
	mkv frames-of-many-lengths.mkv $(film 3 30) -vf "select='not(mod(n,7))+eq(mod(n,11),1)'" -fps_mode vfr $vp8

	mkvmerge -q -o sound/merged-laces.mka sound/mp3.mka
	mkvmerge -q -o sound/merged-laces-pcm.mka sound/pcm.mka
	mkvmerge -q -o sound/merged.mkv sound/h264-aac.mkv
	mkvmerge -q -o sound/merged-stripped-headers.mkv --compression 0:mpeg4_p2 sound/mpeg4-mp3.mkv
	mkvmerge -q -o sound/merged-zlib.mkv --compression -1:zlib sound/vp8-opus.webm
	mkvmerge -q -o sound/merged-no-index.mkv --cues -1:none --no-date sound/vp8-opus.webm
	mkvmerge -q -o sound/merged-no-clusters-in-index.mkv --clusters-in-meta-seek --cluster-length 500ms sound/small-clusters.mkv

	edit mkv sound/vp8-opus.webm sound/no-length.webm drop=4489
	edit mkv sound/h264-aac.mkv sound/length-too-long.mkv length=9000
	edit mkv sound/h264-aac.mkv sound/length-too-short.mkv length=500
	edit mkv sound/small-clusters.mkv sound/open-clusters.mkv open
	edit mkv sound/opus.webm sound/recorded-in-a-browser.webm open drop=4489
	edit insert sound/small-clusters.mkv sound/damaged-in-the-middle.mkv 6000 r:60
	cat sound/opus.webm sound/opus.webm >sound/joined.webm
	edit around sound/vp8.webm sound/junk-behind.webm 0:0 r:3000
	edit half sound/vp8-opus.webm sound/half.webm
	edit half sound/piped.webm sound/half-piped.webm
	edit half sound/recorded-in-a-browser.webm sound/half-recorded.webm
	edit half sound/small-clusters.mkv sound/half-small-clusters.mkv
	edit take sound/h264-aac.mkv sound/half-head.mkv 300
fi

if family avi; then
	avi() { out=sound/$1; shift; ff "$@" -fflags +bitexact -f avi "$out"; }
	mpeg4='-c:v mpeg4 -b:v 20k -g 30'
	avi mpeg4.avi $(film 3) $mpeg4
	avi mpeg4-mp3.avi $(film 2.5) $(voice 2.5 1 22050) $mpeg4 -c:a libmp3lame -b:a 16k
	avi mpeg4-mp3-vbr.avi $(film 2) $(noise 2 1 22050) $mpeg4 -c:a libmp3lame -q:a 8
	avi mjpeg-pcm.avi $(film 1 5) $(voice 1 1 8000) -c:v mjpeg -q:v 20 -c:a pcm_s16le
	avi h264-aac.avi $(film 2) $(voice 2 1 22050) -c:v libx264 -crf 40 -bf 0 -c:a aac -b:a 16k
	avi h264-b-frames.avi $(film 2) -c:v libx264 -crf 40 -bf 2
	avi raw-pcm8.avi $(film 0.3 5) $(voice 0.5 1 8000) -c:v rawvideo -pix_fmt bgr24 -s 16x16 -c:a pcm_u8
	avi adpcm.avi $(film 2) $(voice 2 1 8000) $mpeg4 -c:a adpcm_ima_wav
	avi ac3.avi $(film 1) $(voice 1 1 32000) $mpeg4 -c:a ac3 -b:a 40k
	avi longer-sound.avi $(film 1.5) $(voice 3 1 22050) $mpeg4 -c:a libmp3lame -b:a 16k
	avi shorter-sound.avi $(film 3) $(voice 1 1 22050) $mpeg4 -c:a libmp3lame -b:a 16k
	avi sound-only.avi $(voice 2 1 22050) -c:a libmp3lame -b:a 16k
	avi 23.976.avi $(film 2 24000/1001) $mpeg4
	edit avi sound/mpeg4-mp3.avi sound/length-too-long.avi length=900
	edit avi sound/mpeg4-mp3.avi sound/length-0.avi length=0
	edit avi sound/mpeg4-mp3.avi sound/no-index.avi noindex
	edit avi sound/mpeg4-mp3.avi sound/unfinished.avi noindex unfinished length=0
	edit avi sound/mpeg4-mp3.avi sound/two-riffs.avi split
	edit avi sound/mjpeg-pcm.avi sound/in-rec-lists.avi rec
	edit avi sound/mpeg4.avi sound/size-too-large.avi riff=9000000
	edit around sound/mpeg4.avi sound/junk-behind.avi 0:0 r:3000
	edit half sound/mpeg4-mp3.avi sound/half.avi
	edit half sound/unfinished.avi sound/half-unfinished.avi
	edit take sound/mpeg4-mp3.avi sound/half-head.avi 500
fi

if family wma; then
	asf() { out=sound/$1; shift; ff "$@" -fflags +bitexact -f asf "$out"; }
	asf wma2.wma $(voice 3 1 22050) -c:a wmav2 -b:a 24k
	asf wma1.wma $(voice 2 1 44100) -c:a wmav1 -b:a 32k
	asf wma-stereo.wma $(voice 2 2 44100) -c:a wmav2 -b:a 48k
	asf mp3.wma $(voice 2 1 22050) -c:a libmp3lame -b:a 16k
	asf wmv2.wmv $(film 3) -c:v wmv2 -b:v 20k
	asf wmv2-wma.wmv $(film 2.5) $(voice 2.5 1 22050) -c:v wmv2 -b:v 20k -c:a wmav2 -b:a 24k
	asf longer-sound.wmv $(film 1.5) $(voice 3 1 22050) -c:v wmv1 -b:v 20k -c:a wmav2 -b:a 24k
	asf shorter-sound.wmv $(film 3) $(voice 1 1 22050) -c:v wmv1 -b:v 20k -c:a wmav2 -b:a 24k
	asf small-packets.wma $(voice 2 1 22050) -c:a wmav2 -b:a 24k -packet_size 1000
	ff $(voice 2 1 22050) -c:a wmav2 -b:a 24k -fflags +bitexact -f asf - | cat >"$made/live.wma"
	edit asf "$made/live.wma" sound/live.wma noindex
	ff $(film 2) $(voice 2 1 22050) -c:v wmv2 -b:v 20k -c:a wmav2 -b:a 24k -f asf - | cat >sound/piped.wmv
	edit asf sound/wma2.wma sound/length-too-long.wma play=9000000000
	edit half sound/wma2.wma sound/half.wma
	edit half sound/wmv2-wma.wmv sound/half.wmv
	edit half sound/live.wma sound/half-live.wma
fi

if family other; then
	ff $(voice 0.5 1 8000) -f aiff sound/pcm16.aiff
	ff $(voice 0.3 2 11025) -c:a pcm_s24be -f aiff sound/pcm24.aif
	ff $(voice 0.5 1 8000) -c:a pcm_mulaw -f aiff sound/mulaw.aifc
	ff $(voice 1 1 11025) -c:a adpcm_ima_qt -f aiff sound/ima4.aifc
	ff $(voice 0.5 1 8000) -c:a pcm_s16le -f caf sound/pcm16.caf
	ff $(voice 0.6 1 8000) -c:a alac -f caf sound/alac.caf
	ff $(voice 0.5 1 8000) -f au sound/pcm16.au
	ff $(voice 0.5 1 8000) -c:a pcm_mulaw -f au - | cat >sound/piped.au
	edit half sound/pcm16.aiff sound/half.aiff
	edit half sound/alac.caf sound/half.caf
	edit half sound/pcm16.au sound/half.au

	# Known, and not measured.
	ff $(film 0.5) -c:v mpeg2video -b:v 20k -f mpegts sound/transport-stream.ts
	ff $(film 0.5) -c:v mpeg2video -b:v 20k -f vob sound/program-stream.mpg
	ff $(film 0.5) -c:v flv1 -b:v 20k -f flv sound/flash.flv
	ff $(voice 0.5 1 32000) -c:a ac3 -b:a 40k -f ac3 sound/dolby.ac3

	# Wrong kinds under wrong names.
	ff $(film 1) -frames:v 1 -f image2 -c:v mjpeg sound/jpeg-named-mp3.mp3
	ff $(film 1) -frames:v 1 -f image2 -c:v png sound/png-named-webm.webm
	ff $(film 1) -frames:v 1 -f image2 -c:v bmp -s 16x16 sound/bmp-named-avi.avi
	ff $(film 0.5) -f gif sound/moving.gif
	printf '%%PDF-1.4\n1 0 obj\n' >sound/letter.wav
	printf '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n' >sound/error-of-a-bucket.mp3
	printf '<!DOCTYPE html><html><title>Sign in</title></html>\n' >sound/login-page.mp3
	printf '#EXTM3U\n#EXT-X-VERSION:3\n' >sound/playlist.mp4
	head -c 3000 /dev/zero >sound/zeros.mp3
	: >sound/nothing.ogg
	printf '1\n00:00:00,500 --> 00:00:01,000\nHello\n' >"$made/one.srt"
	ff -i "$made/one.srt" -c:s srt sound/subtitles-only.mkv
fi
