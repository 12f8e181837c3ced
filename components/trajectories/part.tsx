/** A titled stretch of a rollout. */
export function Part(props: {
  role: string;
  detail?: string;
  controls?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <section aria-label={props.role}>
      <h2 className="mb-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs font-semibold text-muted uppercase">
        {props.role}
        {props.detail === undefined ? null : <span className="font-normal normal-case">{props.detail}</span>}
        <span className="ml-auto normal-case">{props.controls}</span>
      </h2>
      {props.children}
    </section>
  );
}
