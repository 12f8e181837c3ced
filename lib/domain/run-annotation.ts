/** What somebody says of runs; what is left out stays. */
export type RunAnnotation = {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly isPinned?: boolean | undefined;
  readonly isArchived?: boolean | undefined;
  readonly isDeleted?: boolean | undefined;
};
