#!/bin/sh
# Makes the files of mp4/ with ffmpeg, and changes some of them with boxes/. Run it
# in this folder.
set -eu
rm -rf mp4 && mkdir mp4
go build -o boxes/boxes ./boxes/main.go
trap 'rm -f boxes/boxes' EXIT

# ff is ffmpeg with nothing in its files that changes from run to run.
ff() { ffmpeg -nostdin -y -v error "$@"; }
# made SECONDS RATE… is a small film; heard SECONDS is a tone.
seen() { printf 'testsrc2=s=32x32:r=%s:d=%s' "$2" "$1"; }
heard() { printf 'sine=f=440:r=%s:d=%s' "${2:-44100}" "$1"; }
same="-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
x264="-c:v libx264 -preset ultrafast -crf 45 -pix_fmt yuv420p"
bframes="-c:v libx264 -preset medium -crf 45 -bf 3 -pix_fmt yuv420p"
mp4v="-c:v mpeg4 -q:v 31"
aac="-c:a aac -b:a 16k"
boxes() { name=$1; shift; boxes/boxes "mp4/$name" "$@"; }
# film NAME SECONDS RATE OPTION… and tone NAME SECONDS OPTION… have one track, both
# NAME SECONDS OF SOUND SECONDS OF PICTURE OPTION… has two.
film() { n=$1 d=$2 r=$3; shift 3; ff -f lavfi -i "$(seen $d $r)" $same "$@" "mp4/$n"; }
tone() { n=$1 d=$2; shift 2; ff -f lavfi -i "$(heard $d)" $same "$@" "mp4/$n"; }
both() { n=$1 a=$2 v=$3; shift 3; ff -f lavfi -i "$(seen $v 10)" -f lavfi -i "$(heard $a)" -map 0:v -map 1:a $same "$@" "mp4/$n"; }
part() { echo "$(($(wc -c <"mp4/$1") * $2 / 100))"; } # a share of a file's bytes, in percent
copy() { cp "mp4/$1" "mp4/$2"; }

# Codecs of pictures.
film h264.mp4 2.4 25 $x264
film h264-bframes.mp4 2.4 25 $bframes
film h264-bframes-no-edits.mp4 2.4 25 $bframes -use_editlist 0
film h264-bframes-negative-offsets.mp4 2.4 25 $bframes -movflags negative_cts_offsets
film hevc.mp4 2 25 -c:v libx265 -preset ultrafast -crf 51 -tag:v hvc1 -x265-params log-level=error
film mpeg4.mp4 3 10 $mp4v
film mpeg4.mov 3 10 $mp4v
film h263.3gp 2 10 -s 128x96 -c:v h263 -q:v 31
film mjpeg.mov 1 5 -c:v mjpeg -q:v 31
film png.mov 1 5 -c:v png
film qtrle.mov 1 5 -c:v qtrle
film prores.mov 0.4 5 -c:v prores_ks -profile:v 0
film vp9.mp4 2 25 -c:v libvpx-vp9 -b:v 10k
film av1.mp4 1 10 -c:v libaom-av1 -cpu-used 8 -crf 63 -b:v 0
film ntsc.mp4 3 30000/1001 $x264
film one-frame-a-second.mp4 5 1 $x264
film one-frame.mp4 0.04 25 $x264
film high-timescale.mp4 2 25 $x264 -video_track_timescale 10000000
film low-timescale.mp4 2 25 $x264 -video_track_timescale 25
film m4v.m4v 2 25 $x264
film moov-first.mp4 3 10 $mp4v -movflags +faststart
film moov-first.mov 3 10 $mp4v -movflags +faststart
film three-minutes.mp4 180 1 -c:v mpeg4 -q:v 31 -g 300
# Frames of uneven lengths.
ff -f lavfi -i "$(seen 4 10)" -vf "select='not(mod(n,7))+not(mod(n,3))'" -fps_mode vfr $same $x264 mp4/uneven.mp4
ff -f lavfi -i "$(seen 4 10)" -vf "select='lt(n,5)+eq(n,35)'" -fps_mode vfr $same $bframes mp4/long-pause.mp4

# Codecs of sound.
tone aac.m4a 3.2 $aac
tone aac-48k.m4a 2 $aac -ar 48000
tone aac-8k.m4a 3 $aac -ar 8000
tone aac-22k-5.1.m4a 2 -c:a aac -b:a 48k -ar 22050 -ac 6
tone aac.mp4 3.2 $aac
tone aac.mov 3.2 $aac
tone aac.3gp 2 $aac
tone aac-first.m4a 3.2 $aac -movflags +faststart
tone aac-no-edits.m4a 3.2 $aac -use_editlist 0
tone alac.m4a 0.5 -c:a alac -ar 8000
tone alac.mov 0.5 -c:a alac -ar 8000
tone flac.mp4 0.5 -c:a flac -ar 8000 -strict -2
tone opus.mp4 3 -c:a libopus -b:a 8k
tone mp3.mp4 3 -c:a libmp3lame -b:a 16k -ar 16000
tone mp3.mov 3 -c:a libmp3lame -b:a 32k
tone ac3.mp4 1 -c:a ac3 -b:a 32k -ac 1
tone eac3.mp4 1 -c:a eac3 -b:a 32k -ac 1
tone pcm.mov 0.5 -c:a pcm_s16le -ar 8000
tone pcm-big-endian.mov 0.5 -c:a pcm_s16be -ar 8000
tone pcm-float.mov 0.3 -c:a pcm_f32le -ar 8000
tone mulaw.mov 1 -c:a pcm_mulaw -ar 8000
tone ima.mov 1 -c:a adpcm_ima_qt -ar 8000
ff -f lavfi -i "anullsrc=r=8000:cl=mono:d=0.5" $same -c:a pcm_s16le mp4/pcm-silence.mov
tone two-hours-claimed.m4a 2 $aac

# Two tracks of different lengths, and others beside them.
both picture-longer.mp4 2.5 5 $mp4v $aac
both sound-longer.mp4 5 2.5 $mp4v $aac
both sound-longer.mov 5 2.5 $mp4v $aac -movflags +faststart
ff -f lavfi -i "$(seen 3 10)" -itsoffset 0.5 -f lavfi -i "$(heard 2)" -map 0 -map 1 $same $mp4v $aac mp4/late-sound.mp4
ff -itsoffset 0.7 -f lavfi -i "$(seen 2 10)" -f lavfi -i "$(heard 3)" -map 0 -map 1 $same $mp4v $aac mp4/late-picture.mp4
printf '1\n00:00:00,000 --> 00:00:25,000\nhello\n' >mp4/t.srt
ff -f lavfi -i "$(seen 3.2 5)" -f lavfi -i "$(heard 3.2)" -i mp4/t.srt -map 0 -map 1 -map 2 $same $mp4v $aac -c:s mov_text mp4/subtitles.mp4
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=30\ntitle=a\n[CHAPTER]\nTIMEBASE=1/1\nSTART=30\nEND=60\ntitle=b\n' >mp4/t.txt
ff -f lavfi -i "$(heard 3.2)" -i mp4/t.txt -map 0 -map_chapters 1 $same $aac mp4/chapters.m4b
ff -f lavfi -i "$(heard 3.2)" -i mp4/t.txt -map 0 -map_chapters 1 $same $aac -movflags +faststart mp4/chapters-first.m4b
ff -f lavfi -i "$(seen 2 25)" $same $x264 -timecode 01:00:00:00 mp4/timecode.mov
ff -f lavfi -i "$(seen 1 1)" -frames:v 1 mp4/t.png
ff -f lavfi -i "$(heard 3)" -i mp4/t.png -map 0 -map 1 $same $aac -c:v png -disposition:v attached_pic mp4/cover.m4a
ff -f lavfi -i "$(heard 3)" -i mp4/t.png -map 0 -map 1 $same $aac -c:v mjpeg mp4/cover-as-a-track.mp4
ff -f lavfi -i "$(seen 2 10)" -f lavfi -i "$(heard 2)" -f lavfi -i "$(heard 2.01)" -map 0 -map 1 -map 2 $same $mp4v $aac mp4/two-languages.mp4
ff -f lavfi -i "$(seen 2 10)" -f lavfi -i "$(heard 2)" -f lavfi -i "$(heard 3)" -map 0 -map 1 -map 2 $same $mp4v $aac mp4/two-sounds-of-two-lengths.mp4
ff -f lavfi -i "$(seen 4 10)" -f lavfi -i "$(seen 2 10)" -map 0 -map 1 $same $mp4v mp4/first-picture-disabled.mp4
boxes first-picture-disabled.mp4 set 'moov/trak[0]/tkhd' 3 1 2 set 'moov/trak[1]/tkhd' 3 1 3
copy two-sounds-of-two-lengths.mp4 two-sounds-enabled.mp4
boxes two-sounds-enabled.mp4 set 'moov/trak[2]/tkhd' 3 1 3
ff -f lavfi -i "$(seen 4 1)" -f lavfi -i "$(seen 2 10)" -map 0 -map 1 $same $mp4v mp4/chapter-pictures.mov
boxes chapter-pictures.mov chapters 'moov/trak[1]' 1

# Wrong kinds.
ff -f lavfi -i "$(seen 1 1)" -frames:v 1 -f image2 mp4/a-picture.mp4
tone no-picture.mp4 1 $aac
film no-sound.mp4 1 5 $mp4v
ff -i mp4/t.srt $same -c:s mov_text mp4/only-subtitles.mp4
both empty-sound.mp4 1 2 $mp4v $aac
boxes empty-sound.mp4 set 'moov/trak[1]/mdia/minf/stbl/stsz' 8 4 0 set 'moov/trak[1]/mdia/minf/stbl/stts' 4 4 0

# Edits.
film edits.mp4 4 10 $mp4v
for n in start end middle two gap loop none; do copy edits.mp4 edit-$n.mp4; done
rm mp4/edits.mp4
for n in start end middle two gap loop none; do boxes edit-$n.mp4 drop 'moov/trak[0]/edts'; done
boxes edit-start.mp4 edits 'moov/trak[0]' 3000:10240
boxes edit-end.mp4 edits 'moov/trak[0]' 1500:0
boxes edit-middle.mp4 edits 'moov/trak[0]' 2000:10240
boxes edit-two.mp4 edits 'moov/trak[0]' 1000:0 1000:30720
boxes edit-gap.mp4 edits 'moov/trak[0]' 1000:0 2000:-1 1000:30720
boxes edit-loop.mp4 edits 'moov/trak[0]' 9000:0
boxes edit-none.mp4 edits 'moov/trak[0]' 2000:-1 0:0
film edit-slow.mov 2 10 $mp4v
boxes edit-slow.mov drop 'moov/trak[0]/edts' edits 'moov/trak[0]' 4000:0:32768
film edit-one-frame-a-second.mp4 8 1 $mp4v
boxes edit-one-frame-a-second.mp4 drop 'moov/trak[0]/edts' edits 'moov/trak[0]' 2500:24576
tone edit-sound.m4a 4 $aac
boxes edit-sound.m4a drop 'moov/trak[0]/edts' edits 'moov/trak[0]' 1500:44100
film edit-bframes.mp4 4 10 $bframes
boxes edit-bframes.mp4 drop 'moov/trak[0]/edts' edits 'moov/trak[0]' 2000:2048

# Headers that lie, and the large variants.
boxes two-hours-claimed.m4a set moov/mvhd 16 4 7200000 set 'moov/trak[0]/tkhd' 20 4 7200000 set 'moov/trak[0]/mdia/mdhd' 16 4 317520000
film no-lengths-claimed.mp4 3 10 $mp4v
boxes no-lengths-claimed.mp4 set moov/mvhd 16 4 0 set 'moov/trak[0]/tkhd' 20 4 0 set 'moov/trak[0]/mdia/mdhd' 16 4 4294967295
film timescale-of-nothing.mp4 2 10 $mp4v
boxes timescale-of-nothing.mp4 set 'moov/trak[0]/mdia/mdhd' 12 4 0
film movie-timescale-of-nothing.mp4 2 10 $mp4v
boxes movie-timescale-of-nothing.mp4 set moov/mvhd 12 4 0
film co64.mp4 2 10 $mp4v
boxes co64.mp4 co64 'moov/trak[0]/mdia/minf/stbl/stco'
film large-mdat.mp4 2 10 $mp4v
boxes large-mdat.mp4 large
film open-mdat.mp4 2 10 $mp4v -movflags +faststart
boxes open-mdat.mp4 open
film padded.mp4 2 10 $mp4v
boxes padded.mp4 pad 3000
film joined.mp4 2 10 $mp4v
copy moov-first.mp4 t.mp4
boxes joined.mp4 append mp4/t.mp4
film no-brand.mov 2 10 $mp4v
boxes no-brand.mov rename ftyp free

# Cut off.
both half.mp4 6 6 $mp4v $aac -movflags +faststart
boxes half.mp4 cut "$(part half.mp4 50)"
both half.mov 6 6 $mp4v $aac -movflags +faststart
boxes half.mov cut "$(part half.mov 50)"
film half-open.mp4 6 10 $mp4v -movflags +faststart
boxes half-open.mp4 open cut "$(part half-open.mp4 50)"
both half-roomy.mp4 3 3 $mp4v $aac -movflags +faststart
boxes half-roomy.mp4 zero "$(part half-roomy.mp4 60)"
film half-moov-last.mp4 3 10 $mp4v
boxes half-moov-last.mp4 cut "$(part half-moov-last.mp4 50)"
film unfinished.mp4 3 10 $mp4v
boxes unfinished.mp4 drop moov
film moov-cut.mp4 3 10 $mp4v
boxes moov-cut.mp4 cut "$(($(wc -c <mp4/moov-cut.mp4) - 100))"

# Fragments.
frag="-movflags +frag_keyframe+empty_moov+default_base_moof"
film pieces.mp4 6 5 $x264 -g 10 $frag
film pieces-no-index.mp4 6 5 $x264 -g 10 $frag+skip_trailer
film pieces-bframes.mp4 6 5 $bframes -g 10 $frag
film pieces-delayed.mp4 6 5 $bframes -g 10 -movflags +frag_keyframe+delay_moov
film pieces-negative-offsets.mp4 6 5 $bframes -g 10 $frag+negative_cts_offsets
film pieces-after-samples.mp4 6 5 $x264 -g 10 -movflags +frag_keyframe
film pieces-of-a-frame.mp4 3 5 $x264 -movflags +frag_every_frame+empty_moov
film dash.mp4 60 5 $x264 -g 20 -movflags +dash+frag_keyframe
film dash-one-index.mp4 20 5 $x264 -g 20 -movflags +dash+frag_keyframe+global_sidx
film cmaf.mp4 20 5 $x264 -g 20 -movflags +cmaf+frag_keyframe
film smooth.ismv 6 5 $x264 -g 10 -f ismv
both pieces-both.mp4 4 6 $x264 -g 20 $aac $frag
both pieces-both-apart.mp4 4 6 $x264 -g 20 $aac $frag+separate_moof
both dash-both-one-index.mp4 4 6 $x264 -g 20 $aac -movflags +dash+frag_keyframe+global_sidx
both dash-both.mp4 6 4 $x264 -g 20 $aac -movflags +dash+frag_keyframe
tone pieces.m4a 4 $aac -frag_duration 1000000 -movflags +empty_moov
tone pieces-delayed.m4a 4 $aac -frag_duration 1000000 -movflags +delay_moov
tone dash.m4a 4 $aac -frag_duration 1000000 -movflags +dash
tone pieces-opus.mp4 4 -c:a libopus -b:a 8k -frag_duration 1000000 -movflags +delay_moov
ff -f lavfi -i "$(seen 12 5)" $same $x264 -g 10 -f hls -hls_time 2 -hls_list_size 0 -hls_segment_type fmp4 -hls_fmp4_init_filename t-init.mp4 -hls_segment_filename mp4/t-%d.m4s mp4/t.m3u8
cat mp4/t-init.mp4 mp4/t-[0-5].m4s >mp4/hls-joined.mp4
cat mp4/t-init.mp4 mp4/t-[2-5].m4s >mp4/hls-joined-late.mp4
cat mp4/t-init.mp4 mp4/t-[0145].m4s >mp4/hls-joined-gap.mp4
cat mp4/t-init.mp4 mp4/t-[0-2].m4s mp4/t-[0-2].m4s >mp4/hls-joined-twice.mp4
cp mp4/t-2.m4s mp4/hls-piece-alone.mp4
copy pieces.mp4 pieces-cut.mp4
boxes pieces-cut.mp4 cut "$(part pieces-cut.mp4 60)"
copy pieces.mp4 pieces-roomy.mp4
boxes pieces-roomy.mp4 pad 70000
copy pieces.mp4 pieces-padded.mp4
boxes pieces-padded.mp4 pad 3000
copy pieces-no-index.mp4 pieces-no-times.mp4
for n in 0 1 2; do boxes pieces-no-times.mp4 rename "moof[$n]/traf/tfdt" free; done
rm mp4/t.* mp4/t-*
