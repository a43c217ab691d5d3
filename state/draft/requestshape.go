package draft

import "dubtop/state/jsoncheck"

// lineShape is the shape of a line.
// https://sync.so/docs/api-reference/api/batch-api/create
func lineShape() jsoncheck.Shape {
	return jsoncheck.Shape{Kind: jsoncheck.Object, Members: map[string]jsoncheck.Shape{
		"request_id": {Kind: jsoncheck.Text}, "endpoint": {Kind: jsoncheck.Text}, "payload": requestShape(),
	}}
}

// requestShape is the shape of a request.
// https://sync.so/docs/api-reference/api/generate-api/create
func requestShape() jsoncheck.Shape {
	text, number := jsoncheck.Shape{Kind: jsoncheck.Text}, jsoncheck.Shape{Kind: jsoncheck.Number}
	object := func(members map[string]jsoncheck.Shape) jsoncheck.Shape {
		return jsoncheck.Shape{Kind: jsoncheck.Object, Members: members}
	}
	options, overrides := map[string]jsoncheck.Shape{}, map[string]jsoncheck.Shape{}
	for _, o := range RulesFor("").Options {
		if o.Parent == "" {
			options[o.Name] = jsoncheck.Shape{}
		}
	}
	for _, o := range SegmentOptions("") {
		if o.Parent == "" {
			overrides[o.Name] = jsoncheck.Shape{}
		}
	}
	voice := object(map[string]jsoncheck.Shape{"name": text, "voiceId": text, "script": text, "stability": number, "similarityBoost": number})
	input := object(map[string]jsoncheck.Shape{"type": text, "url": text, "assetId": text, "refId": text, "provider": voice})
	crop := object(map[string]jsoncheck.Shape{"refId": text, "startTime": number, "endTime": number})
	segment := object(map[string]jsoncheck.Shape{"startTime": number, "endTime": number, "audioInput": crop, "optionsOverride": object(overrides)})
	dub := object(map[string]jsoncheck.Shape{"providerName": text, "targetLang": text, "sourceLang": text})
	return object(map[string]jsoncheck.Shape{
		"model": text, "input": {Kind: jsoncheck.List, Each: &input}, "options": object(options), "segments": {Kind: jsoncheck.List, Each: &segment},
		"webhookUrl": text, "outputFileName": text, "projectId": text, "dubParams": dub,
	})
}
