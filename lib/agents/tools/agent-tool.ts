/** What a tool said, in words for the model. */
export type ToolResult = {
  readonly outcome: 'ok' | 'error' | 'timeout';
  readonly text: string;
};

export type AgentTool = {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** Never rejects but with the signal's reason. */
  call(args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<ToolResult>;
};
