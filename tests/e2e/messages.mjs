// Checks every message that a client gets against the specification's schemas, as the official
// package brings them.
import * as core from '@modelcontextprotocol/core';

const resultSchemas = {
  initialize: core.InitializeResultSchema,
  ping: core.EmptyResultSchema,
  'completion/complete': core.CompleteResultSchema,
  'logging/setLevel': core.EmptyResultSchema,
  'prompts/get': core.GetPromptResultSchema,
  'prompts/list': core.ListPromptsResultSchema,
  'resources/list': core.ListResourcesResultSchema,
  'resources/read': core.ReadResourceResultSchema,
  'resources/subscribe': core.EmptyResultSchema,
  'resources/templates/list': core.ListResourceTemplatesResultSchema,
  'resources/unsubscribe': core.EmptyResultSchema,
  'server/discover': core.DiscoverResultSchema,
  'subscriptions/listen': core.SubscriptionsListenResultSchema,
  'tasks/cancel': core.CancelTaskResultSchema,
  'tasks/get': core.GetTaskResultSchema,
  'tasks/list': core.ListTasksResultSchema,
  'tasks/result': core.CallToolResultSchema,
  'tools/call': core.CallToolResultSchema,
  'tools/list': core.ListToolsResultSchema,
};

/** What the message must be besides a JSON-RPC message; nothing for those of extensions. */
function schemaOf(message, asked) {
  if ('method' in message) {
    return 'id' in message ? core.ServerRequestSchema : core.ServerNotificationSchema;
  }
  if (!('result' in message)) return undefined;
  const method = asked.get(message.id);
  asked.delete(message.id);
  // Instead of its own result a request may lead to a question or a task.
  const other = { input_required: core.ResultSchema, task: core.ResultSchema }[message.result.resultType];
  const own = message.result.task ? core.CreateTaskResultSchema : resultSchemas[method];
  return other ?? own;
}

/**
 * Listens in on a transport, before a client gets it. Returns what was wrong so far, a line each,
 * and how many messages were looked at.
 */
export function checkMessages(transport) {
  const seen = { problems: [], count: 0 };
  const asked = new Map();
  const send = transport.send.bind(transport);
  transport.send = (messages, ...rest) => {
    for (const message of [messages].flat()) {
      if (message.method && message.id !== undefined) asked.set(message.id, message.method);
    }
    return send(messages, ...rest);
  };
  const check = (message) => {
    ++seen.count;
    for (const [schema, part] of [[core.JSONRPCMessageSchema, message],
                                  [schemaOf(message, asked), message.result ?? message]]) {
      const { error } = schema?.safeParse(part) ?? {};
      if (error) seen.problems.push(`${JSON.stringify(message).slice(0, 500)}: ${error.message}`);
    }
  };
  let deliver;
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    get: () => deliver && ((message, extra) => {
      check(message);
      return deliver(message, extra);
    }),
    set: (handler) => { deliver = handler; },
  });
  return seen;
}
