/** Listens as a browser's EventSource does. */
export async function listen(
  origin: string,
  subscription: string,
  headers: Record<string, string> = {},
  variables: object = {},
) {
  const asked = new URLSearchParams({ query: subscription, variables: JSON.stringify(variables) });
  const response = await fetch(`${origin}/graphql?${asked}`, {
    headers: { accept: 'text/event-stream', ...headers },
  });
  if (response.body === null) throw new Error('no stream');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    /** Everything heard up to the first line that matches. */
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += value;
      }
      return text;
    },
    async toEnd(): Promise<string> {
      for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
      return text;
    },
    stop: () => reader.cancel(),
  };
}
