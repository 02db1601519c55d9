/** The MCP messages of an HTTP response as they come: a JSON body is one, an event stream has many. */
export async function* messages(response) {
  if (response.headers.get('content-type').startsWith('application/json')) {
    yield await response.json();
    return;
  }
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      // An empty one only says from where the stream can be resumed.
      const data = event.split('\n').find((line) => /^data: ./.test(line));
      if (data) yield JSON.parse(data.slice(6));
    }
  }
}
