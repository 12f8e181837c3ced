/** Makes one migrated database that every test copies. */
export default function setup(): void {
  // filled in with the store
}
