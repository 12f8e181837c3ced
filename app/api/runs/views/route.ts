import { apiHandler } from '@/app/_server/api-handler';

export const GET = apiHandler(async ({ stores }) => ({ views: await stores.runTable.views() }));
